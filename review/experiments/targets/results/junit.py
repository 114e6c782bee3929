"""A JUnit XML report, as ``pytest --junitxml`` writes it: one test for each case, named by its id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from review.basics.errors import InputError
from review.experiments.targets.results.ids_of_tests import names_in
from review.experiments.targets.results.rows import ResultFormat, ResultRow
from review.experiments.targets.results.xml_file import xml_in


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each test that ran; a skipped one has no answer. Properties give the fields of an answer."""
    try:
        tests = xml_in(path).iter("testcase")
    except ParseError as error:
        raise InputError(f"{path}: the file is not whole XML ({error}).") from None
    for number, test in enumerate(tests, start=1):
        if test.find("skipped") is not None:
            continue
        given = {p.get("name", ""): p.get("value", "") for p in test.iter("property")}
        ids = [given[name] for name in ("example_id", "case", "id") if name in given]
        yield ResultRow(names=(*ids, *names_in(test.get("name", ""))), line=number, fields=_fields(test, given))


def _fields(test: Element, given: dict[str, str]) -> dict[str, object]:
    failed = test.find("failure") is not None
    broken = test.find("error")
    fields: dict[str, object] = {name: given[name] for name in ("answer", "sql") if name in given}
    if broken is not None:
        return {**fields, "error": broken.get("message") or "the test did not run"}
    return {**fields, "reported": 0.0 if failed else 1.0}


RESULTS = ResultFormat(
    about="a JUnit XML report of pytest or another runner",
    fits=lambda path, head: path.suffix == ".xml" or head.lstrip().startswith((b"<?xml", b"<testsuite")),
    read=read,
    suffix=".xml",
    sample='<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="1">'
    '<testcase classname="test_agent" name="test_case[c-1]" time="0.1"/></testsuite></testsuites>',
)
