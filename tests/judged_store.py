"""A week of forty conversations, judged by people and by several judges: for tests of figures about judges."""

from __future__ import annotations

from typing import Any

from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.statistics.calibration.split import split_of
from storage.records_golden import GoldenExample
from storage.records_judges import Judge
from storage.records_log import Conversation, Draw, Stratum
from storage.records_review import Annotation, Assignment, Item, Verdict, Week
from storage.store import Store

WEEK, AT = "2026-W45", "2026-11-20T10:00:00.000+00:00"
NAMES = tuple(f"c{k:02d}" for k in range(40))
DEV = tuple(name for name in NAMES if split_of(name) == "dev")
TEST = tuple(name for name in NAMES if split_of(name) == "test")


def truth(k: int) -> str:
    """What the people say: every fourth is wrong, every fourth partly."""
    return ("wrong", "partly", "correct", "correct")[k % 4]


def judged(store: Store) -> Store:
    """lea leads, eva adjudicates, ana has annotated all forty, ben still owes the first; no judge has spoken."""
    for name, role in (("lea", "lead"), ("eva", "adjudicator"), ("ana", "annotator"), ("ben", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    with store.transaction():
        store.add(
            Week(WEEK, AT, "lea", "2026-11-27", WEEK, "session", 0.2, 0, ("ana", "ben"), 1),
            Draw("d1", WEEK, AT, "lea", "log", WEEK, "key", 0.1, {}, "0"),
            Stratum("s1", "d1", WEEK, "rest", 400, 40, 0.1),
        )
        for k, name in enumerate(NAMES):
            turns = (
                {"role": "user", "content": f"question {k}"},
                {"role": "assistant", "content": f"answer {k} of {name}"},
            )
            labels = {"correctness": truth(k), "politeness": "neutral"}
            store.add(
                Conversation(name, "production", name, AT, WEEK, turns),
                Item(name, name, WEEK, AT, "d1", "rest"),
                Assignment(f"a-{name}", name, "ana", WEEK, k, 1, AT, "lea"),
                Annotation(f"n-{name}", f"a-{name}", name, "ana", 1, labels, AT, comment=f"because of {k}"),
            )
        store.add(Assignment("b-c00", NAMES[0], "ben", WEEK, 0, 1, AT, "lea"))
    return store


def says(store: Store, judge: str, version: str, k: int, value: str | None, **more: Any) -> Verdict:
    """One verdict on the k-th conversation, added after those that are there."""
    number = store.query("SELECT count(*) AS n FROM verdicts")[0]["n"]
    error = "" if value is not None else "timed_out"
    row = {"dimension": "correctness", "at": AT, "error": error, **more}
    made = Verdict(f"v{number}", NAMES[k], judge, version, value=value, **row)
    store.add(made)
    return made


def speaks(store: Store, judge: str, version: str, **wrong: str | None) -> None:
    """Verdicts of a version on all forty: what the people say, but for those named (``c03="wrong"``)."""
    with store.transaction():
        for k, name in enumerate(NAMES):
            says(store, judge, version, k, wrong.get(name, truth(k)))


def version(store: Store, name: str, number: int, *, examples: tuple[str, ...] = (), kind: str = "llm") -> Judge:
    """A version of a judge, as it stands in the store, with the conversations ``examples`` in its prompt."""
    shown = [{"example_id": f"g-{c}", "conversation_id": c, "question": "q", "answer": "a"} for c in examples]
    spec = {"model": "m", "prompt": "{material}", "examples": shown}
    made = Judge(
        f"{name}@{number}", name, str(number), kind, ("correctness",), spec, f"{name}{number}", 1, AT, "eva"
    )  # fmt: skip
    store.add(made)
    return made


def golden(store: Store, name: str, *, split: str = "dev", **labels: str) -> GoldenExample:
    """A golden example made of one of the items."""
    content = {"question": "q", "answer": f"answer of {name}", "origin": {}}
    found = {"correctness": "wrong", **labels}
    made = GoldenExample(f"g-{name}-1", f"g-{name}", name, name, content, found, (), 1, "eva", AT, split=split)
    store.add(made)
    return made
