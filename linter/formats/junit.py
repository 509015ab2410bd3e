"""JUnit's XML, in the form that Jenkins' xUnit plugin (junit-10.xsd) and pytest hold it to.

A diagnostic that fails the command is a failed test, any other a test that passed and says something.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from compiler.source.diagnostics import Diagnostic
from compiler.source.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def render(report: Report) -> str:
    """One suite: a test for each diagnostic, or one that passed."""
    cases = [_case(found, report.fails_at(found)) for found in report.diagnostics]
    cases = cases or [ElementTree.Element("testcase", {"name": "no findings", "classname": report.command})]
    counts = {"tests": str(len(cases)), "failures": str(len(report.failing)), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "stackwright", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": f"stackwright {report.command}", **counts})
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


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
