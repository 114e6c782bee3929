"""Whatever a browser sends as the state of a desk, the server shows no exception, and good states still work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adjudicate_app import build_voted_store
from raw_client import served, visit
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg

from review.serving.server import OPTIONS

DEEP = 3_000
STATES = {
    "no JSON": "{outbox: 1",
    "nothing": "",
    "a text": '"outbox"',
    "a number": "7",
    "a list": "[1, 2]",
    "null": "null",
    "not a number": '{"outbox": NaN}',
    "half a surrogate pair": '{"outbox": "\\ud800"}',
    "deep lists": f'{{"outbox": {"[" * DEEP}{"]" * DEEP}}}',
    "deep objects": '{"outbox":' * DEEP + "1" + "}" * DEEP,
    "deep and unfinished": "[" * DEEP,
    "an outbox of another type": '{"outbox": [[]]}',
    "entries of another type": '{"outbox": {"entries": {"a": 1}, "have": 3, "back": "x", "begun": [[1]], "wants": []}}',
    "entries that are no objects": '{"outbox": {"entries": [null, 1, "x", [], {}], "rater": {}, "sequence": 1e400}}',
    "other types inside": '{"outbox": {"entries": [{"submission_id": [], "kind": {}, "labels": [1]}], "rater": []}}',
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    store = build_voted_store(tmp_path_factory.mktemp("states") / "spotcheck.db")
    with served(Path(store.path), {}) as found:
        yield found


@pytest.mark.parametrize("page", ["annotate", "adjudicate"])
def test_no_state_of_a_desk_shows_an_exception(port: int, page: str) -> None:
    """One session gets them all, a good one after each: a page of its own for each state would be run once more."""
    with visit(port) as one:
        one.run(page, query="rater=lea")
        component = next(c for name, c in one.components.items() if not name.endswith("_desk"))
        for name, state in STATES.items():
            for fragment in ("", one.fragments[-1]):
                said = one.run(page, query="rater=lea", states={component: state}, fragment=fragment)
                assert "exception {" not in said and "Traceback" not in said, name
            one.data.clear()
            good = json.dumps({"outbox": {"rater": None, "sequence": 5, "have": [], "entries": []}})
            one.run(page, query="rater=lea", states={component: good})
            told: dict[str, Any] = one.data["spotcheck_annotator" if page == "annotate" else "spotcheck_adjudicator"]
            assert told["ack"] == [] and told["trouble"] is None, name


@pytest.mark.parametrize(
    "query", ["week=\x00", "week[]=1&rater=lea", "rater=%ff%fe", "item=" + "x" * 5000, "rater=" * 200]
)
@pytest.mark.parametrize("page", ["annotate", "adjudicate", "week"])
def test_no_query_shows_an_exception(port: int, page: str, query: str) -> None:
    with visit(port) as one:
        said = one.run(page, query=query)
        assert "exception {" not in said


def test_a_message_that_is_no_message_ends_nothing(port: int) -> None:
    with visit(port) as one:
        one.run("week", query="rater=lea")
        one.wire.send(b"\xff\xff\xff not a message")
        one.wire.send(BackMsg().SerializeToString())
        assert "exception {" not in one.run("week", query="rater=lea")


def test_the_interface_for_agents_stays_off() -> None:
    assert "server.enableAgentApi" in config._config_options_template
    assert OPTIONS["server.enableAgentApi"] == "false"
    file = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    assert "enableAgentApi = false" in file.read_text(encoding="utf-8").splitlines()
