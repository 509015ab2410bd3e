"""``python -m linter.facts`` writes `schema/facts` again; what is curated by hand stays."""

from linter.facts.refresh import refreshed

if __name__ == "__main__":
    for file, text in refreshed().items():
        file.write_text(text, encoding="utf-8")
