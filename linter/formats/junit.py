"""JUnit's XML, in the form that Jenkins' xUnit plugin (junit-10.xsd) and pytest hold it to.

A diagnostic that fails the command is a failed test, any other a test that passed and says something. What the spec
accepts is a skipped test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
from compiler.source.report import Report
from compiler.source.suppression import ignored_rows

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def render(report: Report) -> str:
    """One suite: a test for each diagnostic, or one that passed."""
    cases = [_case(found, report.fails_at(found)) for found in report.diagnostics]
    cases = cases or [ElementTree.Element("testcase", {"name": "no findings", "classname": report.command})]
    skipped = [_skipped(row) for row in ignored_rows(report.ignored)]
    cases += skipped
    counts = {"tests": str(len(cases)), "failures": str(len(report.failing)), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "stackwright", **counts})
    about = {"name": f"stackwright {report.command}", **counts, "skipped": str(len(skipped))}
    suite = ElementTree.SubElement(suites, "testsuite", about)
    suite.extend(cases)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _case(found: Diagnostic, failed: bool) -> ElementTree.Element:
    """The test's name has no line, so that a CI system knows it again when lines move."""
    name = f"{found.code}: {found.text}"
    case = ElementTree.Element("testcase", {"name": _clean(name), "classname": _clean(found.component or "spec")})
    if failed:
        about = {"type": found.code, "message": _clean(found.message)}
        ElementTree.SubElement(case, "failure", about).text = _clean(str(found))
    else:
        ElementTree.SubElement(case, "system-out").text = _clean(str(found))
    return case


def _skipped(row: Mapping[str, Json]) -> ElementTree.Element:
    """What the spec accepts, with its reason."""
    name = _clean(f"{row['rule']}: {row['count']} ignored")
    case = ElementTree.Element("testcase", {"name": name, "classname": _clean(row["component"])})
    ElementTree.SubElement(case, "skipped", {"type": row["rule"], "message": _clean(row["reason"])})
    return case


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
