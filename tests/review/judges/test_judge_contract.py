"""What every kind of judge must do: one test over ``JUDGES``, which a new kind joins by itself."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from learned_rows import CORRECTNESS, POLITENESS, rows
from learned_rows import subjects as labelled
from llm_desk import Memory
from openai_server import OpenAIServer
from sql_week import SHOP
from tiny_model import needs_models, save_model

from review.basics.errors import InputError
from review.judges.kinds import JUDGES
from review.judges.protocol.protocol import CAUSES, NOT_ASKED, Bench, Opinion, Options, Spec, Subject, TrainingRow
from review.settings.judges import JudgeSettings

DIMENSIONS = (POLITENESS, CORRECTNESS)
SECRET = "sk-contract-0123456789abcdef"
KEY = "CONTRACT_KEY"
TEXTS = {
    "plain": "thank you, your order is on its way",
    "empty": "",
    "blank": " \n\t",
    "long": "order parcel idiot " * 1053,  # 20,007 characters
    "Chinese": "谢谢你的订单，包裹明天到。",
    "Arabic": "شكرا لك على طلبك 123",
    "Hebrew and a mark": "\u202eתודה רבה\u202c",
    "braces": "{answer} {{material}} {0} %s {politeness!r} ${x}",
    "looks like a reply": '{"politeness": "rude", "correctness": "wrong"}',
    "line breaks and NUL": "a\r\nb\x00c\u2028d",
    "emoji": "👩‍👩‍👧‍👦🙂",
}
QUERIES = ("SELECT count(*) AS n FROM orders", "SELECT max(amount) AS n FROM orders")
SUBJECTS = [
    Subject(
        id=f"s{k}",
        conversation_id=f"c{k // 2}",
        group=f"g{k // 3}",
        question="where is my order",
        answer=text,
        messages=({"role": "user", "content": text},),
        sql="" if k % 4 == 3 else QUERIES[k % 2],
        reference_sql=QUERIES[0] if k % 4 < 2 else "",
    )
    for k, text in enumerate(TEXTS.values())
]


@dataclass(frozen=True)
class Case:
    """One kind made ready: a bench whose spec is checked, and a change of it that names a dimension nobody has.

    ``strange`` is None for a kind whose spec names no dimension.
    """

    kind: str
    bench: Bench[Any]
    strange: dict[str, Any] | None

    def checked(self, table: dict[str, Any]) -> Spec:
        kind = JUDGES[self.kind]
        return kind.checked(kind.read(table), DIMENSIONS, self.bench.settings)

    def judged(self, subjects: list[Subject] = SUBJECTS, **changes: Any) -> list[Opinion]:
        return list(JUDGES[self.kind].judge(replace(self.bench, **changes), subjects))


def bench(kind: str, spec: dict[str, Any], **more: Any) -> Bench[Any]:
    settings = JudgeSettings(hosts=("127.0.0.1",))
    return Bench(
        name="contract",
        version="1",
        spec=JUDGES[kind].checked(JUDGES[kind].read(spec), DIMENSIONS, settings),
        dimensions=DIMENSIONS,
        settings=settings,
        options=Options(batch_size=3, concurrency=4, timeout=20, attempts=2),
        environment={KEY: SECRET},
        **more,
    )


@contextmanager
def llm(folder: Path) -> Iterator[Case]:
    def answer(text: str) -> dict[str, str] | str:
        return "I would rather not say." if "Chinese" in text else {"politeness": "rude", "correctness": "partly"}

    with OpenAIServer(answer, key=SECRET) as server:
        spec = {"endpoint": server.url, "model": "small", "key_env": KEY}
        yield Case("llm", bench("llm", spec, replies=Memory()), {"prompt": "{material} {tone}"})


@contextmanager
def local(folder: Path) -> Iterator[Case]:
    labels = {
        "politeness": {"friendly": "friendly", "neutral": "neutral", "rude": "rude"},
        "correctness": {"rude": "wrong", "friendly": "correct"},
    }
    spec = {"model": str(save_model(folder / "model")), "labels": labels}
    yield Case("local", bench("local", spec), {"labels": labels | {"tone": {"rude": "rude"}}})


@contextmanager
def learned(folder: Path) -> Iterator[Case]:
    people = labelled(90)
    politeness = rows(people)
    right = {"rude": "wrong", "neutral": "partly", "friendly": "correct"}
    correctness = rows([(s, right[label]) for s, label in people], CORRECTNESS)
    yield Case("learned", bench("learned", {}, training=politeness + correctness), {"thresholds": {"tone": 0.5}})


@contextmanager
def recorded(folder: Path) -> Iterator[Case]:
    said = tuple(
        TrainingRow(s, d.name, None if k % 4 == 1 else d.scale.values[k % 3])
        for k, s in enumerate(SUBJECTS)
        for d in DIMENSIONS
        if k % 4
    )
    yield Case("recorded", bench("recorded", {"file": "verdicts.csv"}, training=said), None)


@contextmanager
def execution(folder: Path) -> Iterator[Case]:
    connection = sqlite3.connect(folder / "shop.db")
    connection.executescript(SHOP)
    connection.close()
    spec = {"engine": f"sqlite:////{str(folder / 'shop.db').lstrip('/')}"}
    yield Case("execution", bench("execution", spec, replies=Memory()), {"right": {"tone": "good"}})


@contextmanager
def sampled(kind: str) -> Iterator[Case]:
    """A kind that needs nothing from outside: its own sample is the spec."""
    yield Case(kind, bench(kind, JUDGES[kind].sample), None)


CASES: dict[str, Callable[[Path], AbstractContextManager[Case]]] = {
    "llm": llm,
    "local": local,
    "learned": learned,
    "recorded": recorded,
    "execution": execution,
}
"""The kinds that need an endpoint, a model, rows or a database."""

NEED_MODELS = ("local",)


@pytest.fixture(scope="module", params=[pytest.param(k, marks=[needs_models] * (k in NEED_MODELS)) for k in JUDGES])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp(request.param)
    with CASES[request.param](folder) if request.param in CASES else sampled(request.param) as ready:
        yield ready


def pairs(said: list[Opinion]) -> list[tuple[str, str]]:
    return [(s.subject, s.dimension) for s in said]


def test_every_kind_stands_under_this_contract() -> None:
    assert set(CASES) == {name for name, kind in JUDGES.items() if not kind.sample}
    assert all(kind.title and kind.about for kind in JUDGES.values())


def test_everything_is_said_of_once(case: Case) -> None:
    assert sorted(pairs(case.judged())) == sorted((s.id, d.name) for s in SUBJECTS for d in DIMENSIONS)


def test_a_value_is_canonical_or_missing_with_a_known_cause(case: Case) -> None:
    scales = {d.name: d.scale for d in DIMENSIONS}
    for said in case.judged():
        scale = scales[said.dimension]
        if said.value is None:
            assert said.error in (*CAUSES, NOT_ASKED)
        else:
            assert scale.canonical(said.value) == said.value and said.error == ""
        assert all(v is None or scale.canonical(v) == v for v in said.votes)


def test_scores_latencies_and_costs_are_numbers_that_can_be(case: Case) -> None:
    for said in case.judged():
        assert said.score is None or 0 <= said.score <= 1
        assert said.latency_ms is None or said.latency_ms >= 0
        assert said.cost is None or said.cost >= 0
        json.dumps([said.score, said.latency_ms, said.cost], allow_nan=False)


def test_the_same_judge_says_the_same_again_whatever_the_order(case: Case) -> None:
    first, again, turned = ({(s.subject, s.dimension): s.value for s in case.judged(x)} for x in
                            (SUBJECTS, SUBJECTS, SUBJECTS[::-1]))  # fmt: skip
    assert first == again == turned


def test_subjects_alone_are_judged_as_among_others(case: Case) -> None:
    together = {(s.subject, s.dimension): s.value for s in case.judged()}
    for subject in SUBJECTS[1::5]:
        assert {(s.subject, s.dimension): s.value for s in case.judged([subject])}.items() <= together.items()


def test_no_subject_at_all_is_no_error(case: Case) -> None:
    assert case.judged([]) == []


def test_a_judge_that_is_stopped_at_once_says_nothing(case: Case) -> None:
    assert case.judged(stopped=lambda: True) == []


def test_a_judge_that_is_stopped_later_says_nothing_twice_or_by_halves(case: Case) -> None:
    asked = iter(range(10**6))
    said = case.judged(stopped=lambda: next(asked) >= 2, options=replace(case.bench.options, fresh=True))
    assert len(set(pairs(said))) == len(said) <= len(SUBJECTS) * len(DIMENSIONS)
    whole = {(s.subject, s.dimension): s.value for s in case.judged()}
    assert all(whole[s.subject, s.dimension] == s.value for s in said)


def test_a_checked_spec_is_whole_plain_and_stays_as_it_is(case: Case) -> None:
    spec, table = case.bench.spec, case.bench.spec.to_json()
    assert case.checked(deepcopy(table)) == spec and JUDGES[case.kind].read(table) == spec
    assert json.loads(json.dumps(table)) == table
    given = deepcopy(table)
    case.checked(given)
    assert given == table and case.bench.spec.to_json() == table, "checking changes nothing that it was given"


def test_an_unknown_setting_is_named(case: Case) -> None:
    with pytest.raises(InputError, match="found setting 'temprature', expected"):
        case.checked(case.bench.spec.to_json() | {"temprature": 0})


def test_a_dimension_that_nobody_has_is_named(case: Case) -> None:
    if case.strange is None:  # a recording names its dimensions in its rows alone
        assert not any(d.name in json.dumps(case.bench.spec.to_json()) for d in DIMENSIONS)
        return
    with pytest.raises(InputError, match="tone"):
        case.checked(case.bench.spec.to_json() | case.strange)


def test_judging_changes_neither_spec_nor_training(case: Case) -> None:
    before = deepcopy((case.bench.spec, case.bench.training))
    case.judged()
    assert (case.bench.spec, case.bench.training) == before


def test_the_secret_stands_nowhere(case: Case) -> None:
    replies = Memory()
    everything = [case.bench.spec, case.judged(replies=replies), replies.calls]
    assert SECRET not in repr(everything)
