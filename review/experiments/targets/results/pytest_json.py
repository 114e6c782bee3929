"""A report of pytest-json-report: one test for each case, named by its id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from review.experiments.targets.results.ids_of_tests import names_in
from review.experiments.targets.results.json_file import names, object_in, objects
from review.experiments.targets.results.rows import ResultFormat, ResultRow

RAN = {"passed": 1.0, "xpassed": 1.0, "failed": 0.0, "xfailed": 0.0}


def read(path: Path) -> Iterator[ResultRow]:
    """Yield each test that ran. ``metadata`` and ``user_properties`` give the fields of an answer."""
    for number, test in enumerate(objects(object_in(path).get("tests")), start=1):
        outcome = test.get("outcome")
        if outcome not in (*RAN, "error"):
            continue
        metadata = test.get("metadata")
        given = dict(metadata) if isinstance(metadata, dict) else {}
        for pair in objects(test.get("user_properties")):
            given |= pair
        fields = {name: given[name] for name in ("answer", "sql") if name in given}
        fields |= {"reported": RAN[outcome]} if outcome in RAN else {"error": "the test did not run"}
        ids = [given[name] for name in ("example_id", "case", "id") if name in given]
        yield ResultRow(names=names(*ids, *names_in(str(test.get("nodeid") or ""))), line=number, fields=fields)


RESULTS = ResultFormat(
    about="a report of pytest-json-report",
    fits=lambda path, head: path.suffix == ".json" and b'"nodeid"' in head and b'"tests"' in head,
    read=read,
    sample='{"exitcode": 0, "tests": [{"nodeid": "test_agent.py::test_case[c-1]", "outcome": "passed"}]}',
)
