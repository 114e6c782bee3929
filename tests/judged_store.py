"""A week of forty conversations, judged by people and by several judges: for tests of figures about judges."""

from __future__ import annotations

from typing import Any

from review.golden.content import Wish, content_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.statistics.calibration.split import split_of
from storage.records_base import StoredLabels
from storage.records_golden import GoldenExample
from storage.records_judges import Judge
from storage.records_log import Conversation, Draw, Message, Stratum
from storage.records_review import Annotation, Verdict
from storage.records_weeks import Assignment, Item, Week
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
            Week(
                name=WEEK,
                opened_at=AT,
                opened_by="lea",
                due="2026-11-27",
                seed=WEEK,
                unit="session",
                overlap=0.2,
                overlap_raters=0,
                raters=("ana", "ben"),
                rubric_version=1,
            ),
            Draw(
                id="d1",
                week=WEEK,
                at=AT,
                by="lea",
                source="log",
                seed=WEEK,
                key_rule="key",
                rate=0.1,
                frame={},
                digest="0",
            ),
            Stratum(id="s1", draw_id="d1", week=WEEK, name="rest", population=400, sampled=40, probability=0.1),
        )
        for k, name in enumerate(NAMES):
            turns: tuple[Message, ...] = (
                {"role": "user", "content": f"question {k}"},
                {"role": "assistant", "content": f"answer {k} of {name}"},
            )
            labels = {"correctness": truth(k), "politeness": "neutral"}
            store.add(
                Conversation(id=name, source="production", source_id=name, created_at=AT, week=WEEK, messages=turns),
                Item(id=name, conversation_id=name, week=WEEK, at=AT, draw_id="d1", stratum="rest"),
                Assignment(
                    id=f"a-{name}",
                    item_id=name,
                    rater_id="ana",
                    week=WEEK,
                    position=k,
                    rubric_version=1,
                    at=AT,
                    by="lea",
                ),
                Annotation(
                    submission_id=f"n-{name}",
                    assignment_id=f"a-{name}",
                    item_id=name,
                    rater_id="ana",
                    rubric_version=1,
                    labels=dict(labels),
                    at=AT,
                    comment=f"because of {k}",
                ),
            )
        store.add(
            Assignment(
                id="b-c00", item_id=NAMES[0], rater_id="ben", week=WEEK, position=0, rubric_version=1, at=AT, by="lea"
            )
        )
    return store


def says(store: Store, judge: str, version: str, k: int, value: str | None, **more: Any) -> Verdict:
    """One verdict on the k-th conversation, added after those that are there."""
    number = store.query("SELECT count(*) AS n FROM verdicts")[0]["n"]
    error = "" if value is not None else "timed_out"
    row = {"dimension": "correctness", "at": AT, "error": error, **more}
    made = Verdict(id=f"v{number}", item_id=NAMES[k], judge=judge, version=version, value=value, **row)
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
        id=f"{name}@{number}",
        name=name,
        version=str(number),
        kind=kind,
        dimensions=("correctness",),
        spec=spec,
        content_hash=f"{name}{number}",
        rubric_version=1,
        at=AT,
        by="eva",
    )  # fmt: skip
    store.add(made)
    return made


def golden(store: Store, name: str, *, split: str = "dev", **labels: str) -> GoldenExample:
    """A golden example made of one of the items."""
    content = content_of("q", answer=f"answer of {name}", expected_answer="", wish=Wish())
    found: StoredLabels = {"correctness": "wrong", **labels}
    made = GoldenExample(
        id=f"g-{name}-1",
        example_id=f"g-{name}",
        conversation_id=name,
        item_id=name,
        content=content,
        labels=found,
        votes=(),
        rubric_version=1,
        approved_by="eva",
        at=AT,
        split=split,
    )
    store.add(made)
    return made
