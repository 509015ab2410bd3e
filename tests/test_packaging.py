"""The wheel: what it installs, and that it does the main job where there is no checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLATFORM = "rayman-portfolio"
SPEC = f"spec/{PLATFORM}.yaml"
MADE = "compiler/_schema/platform.schema.json"
"""For editors in a checkout; the installed command prints it."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Installed:
    """Stackwright in an environment of its own, run from a folder with nothing but the specs."""

    command: Path
    folder: Path

    def run(self, *arguments: str) -> str:
        environment = {"PATH": os.defpath, "HOME": str(self.folder)}
        ran = subprocess.run(
            [str(self.command), *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == 0, f"{arguments}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a download: the build backend is in the lock."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(build, cwd=out, capture_output=True, text=True, check=False, timeout=120)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = out.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home = tmp_path_factory.mktemp("installed")
    environment = home / "environment"
    venv.EnvBuilder().create(environment)
    site_packages = scheme(environment)["purelib"]
    # Only the requirements are lent: a .pth file of a lent folder is not read, so the checkout stays out of it.
    lent = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    Path(site_packages, "requirements.pth").write_text("\n".join(lent), encoding="utf-8")
    install(wheel, environment)
    folder = home / "elsewhere"
    shutil.copytree(ROOT / "spec", folder / "spec", ignore=shutil.ignore_patterns("__pycache__"))
    return Installed(Path(scheme(environment)["scripts"], "stackwright"), folder)


def scheme(environment: Path) -> Mapping[str, str]:
    """Where a virtual environment keeps its packages and scripts."""
    return sysconfig.get_paths("venv", vars={"base": str(environment), "platbase": str(environment)})


def install(wheel: Path, environment: Path) -> None:
    python = Path(scheme(environment)["scripts"], "python")
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_wheel_installs_these_names_and_no_others(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    assert names == {"cli.py", "compiler", "deployer", "linter", "reviewer", "stackwright-0.1.0.dist-info"}


SOURCES = (".py", ".css", ".js", ".yaml")


def test_wheel_holds_the_sources_and_nothing_else(wheel: Path) -> None:
    rooms = ("compiler", "deployer", "linter", "reviewer")
    files = (path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in SOURCES)
    sources = {path.relative_to(ROOT).as_posix() for path in files}
    schemas = {f"compiler/_schema/{name}" for name in files_below(ROOT / "schema")} - {MADE}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {"cli.py", "compiler/_docs/errors.md", "compiler/_docs/rules.md"} | sources | schemas


def test_wheel_carries_its_licence_and_only_ranges_of_requirements(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read("stackwright-0.1.0.dist-info/METADATA").decode()
        licence = archive.read("stackwright-0.1.0.dist-info/licenses/LICENSE")
    assert licence == (ROOT / "LICENSE").read_bytes()
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    assert [line for line in required if "==" in line.split(";")[0]] == [
        "Requires-Dist: ministack==1.5.33; extra == 'sandbox'",
        "Requires-Dist: cloudformation-validate==1.14.0; extra == 'validate'",
    ]


def test_installed_wheel_does_the_main_job(installed: Installed) -> None:
    installed.run("validate", SPEC)
    installed.run("compile", SPEC)
    installed.run("lint", SPEC)
    installed.run("deploy", SPEC, "--env", "dev", "--sandbox", "--yes")
    assert installed.run("outputs", SPEC, "--env", "dev", "--sandbox").strip()


def test_installed_wheel_compiles_to_the_bytes_of_the_checkout(installed: Installed) -> None:
    installed.run("compile", SPEC, "--out", "compiled")
    compiled = files_below(installed.folder / "compiled" / PLATFORM)
    assert compiled == files_below(ROOT / "templates_out" / PLATFORM)


def test_installed_wheel_prints_the_schema_for_editors(installed: Installed) -> None:
    assert installed.run("schema") == (ROOT / "schema" / "platform.schema.json").read_text(encoding="utf-8")


def test_installed_wheel_begins_a_platform(installed: Installed) -> None:
    installed.run("init", "--template", "worker", "--name", "begun")
    assert installed.run("ci", "github", "spec/begun.yaml", "--check").endswith("up to date with spec/begun.yaml\n")
    assert installed.run("validate", "spec/begun.yaml") == "spec/begun.yaml: valid in dev, prod\n"


def test_installed_wheel_explains_codes(installed: Installed) -> None:
    assert "the tag or digest of one build" in installed.run("explain", "image-tag")


def test_installed_wheel_does_not_read_the_checkout(installed: Installed) -> None:
    python = installed.command.with_name("python")
    asked = "import cli; from compiler.language.schema import schema_folder; print(cli.__file__, schema_folder())"
    told = subprocess.run(
        [str(python), "-c", asked],
        cwd=installed.folder,
        env={},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(ROOT) not in told
    assert "_schema" in told
