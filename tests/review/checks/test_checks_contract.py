"""Every check: its finding is JSON, its evidence is inside the texts, and it repeats no word of them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tiny_model import needs_models, save_model

from review.checks.catalogue import CHEAP, CHECKS
from review.checks.protocol import Options, Texts, pair, texts_of
from review.checks.repetition import LONGEST_PERIOD, _runs
from review.checks.running import findings_of_many, flagged, ready
from review.checks.settings import CheckSettings
from storage.records_log import Conversation

NAMES = [pytest.param(name, marks=needs_models if check.needs_model else ()) for name, check in CHECKS.items()]
SECRET = "Zebulon Quartermaine"
LONG = " ".join(random.Random(0).choices(("the", "order", "ships", "to", "you", "soon", "again", SECRET), k=4_000))

TEXTS = {
    "nothing at all": Texts(),
    "empty": pair("", ""),
    "spaces": pair(" ", " \n\t "),
    "short": pair("Where is it?", "No."),
    "ordinary": pair("Where is my order?", "Your order arrives on Friday.", expected="It arrives on Friday."),
    "20,000 characters": pair(LONG[:20_000], LONG[-20_000:], expected=LONG[:500]),
    "20,000 characters without a space": pair("x" * 20_000, "ab" * 10_000),
    "20,000 characters that could be addresses": pair(
        "a." * 9_990 + " (at) x dot 1", "A-" * 9_980 + " born 1 straße my 1"
    ),
    "Chinese": pair("我的订单在哪里？", "您的订单将于星期五到达。我们很高兴为您服务！"),
    "Japanese": pair("注文はどこですか？", "金曜日に届きます。お待ちください。お待ちください。お待ちください。"),
    "Arabic": pair("أين طلبي؟", "عذرًا، لا أستطيع مساعدتك في ذلك."),
    "Hebrew in English": pair("Where is it?", "\u202bההזמנה תגיע ביום שישי\u202c at noon"),
    "odd letters": pair("İstanbul ﬁ ẞ", "STRASSE ẞ İ I\u0307 ﬀ — I can’t help with that."),
    "a lone surrogate": pair("\ud800", "text \udfff text"),
    "masked": pair("I am [EMAIL_1] and [NATIONAL_ID_2]", f"My name is {SECRET}, hello!"),
    "code": pair("```sql\nSELECT 1\n```", "SELECT a, a, a FROM t WHERE x = 'y' LIMIT 100"),
}


@pytest.fixture(scope="session")
def options_of(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The options that a check needs to run here: some want a model, and toxicity the labels that mean toxic."""
    made: dict[str, Path] = {}

    def options(name: str) -> Options:
        defaults = CHECKS[name].options
        if not CHECKS[name].needs_model:
            return defaults
        if name not in made:
            made[name] = save_model(tmp_path_factory.mktemp("toxic") / "model")
        return {**defaults, "model": str(made[name]), **({"labels": ["rude"]} if "labels" in defaults else {})}

    return options


def check_finding(name: str, texts: Texts, options: Options) -> dict[str, Any]:
    """Every promise of the protocol, for one finding."""
    check = CHECKS[name]
    found = check.find(texts, options)
    assert set(found) == {"flagged", "value", "spans", "note"}
    assert isinstance(found["flagged"], bool) and isinstance(found["note"], str) and isinstance(found["spans"], list)
    assert found["value"] is None or isinstance(found["value"], str | int | float)
    assert json.loads(json.dumps(found)) == found
    for span in found["spans"]:
        text = texts.fields[span["field"]]
        assert 0 <= span["start"] < span["end"] <= len(text)
        assert span["kind"] and set(span) <= {"field", "start", "end", "kind", "score"}
    assert check.find(texts, options) == found
    assert check.find_many is None or check.find_many([texts], options) == [found]
    return dict(found)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("name", NAMES)
def test_every_check_keeps_the_protocol_on_every_text(name: str, kind: str, options_of: Any) -> None:
    found = check_finding(name, TEXTS[kind], options_of(name))
    assert not any(word in json.dumps(found, ensure_ascii=False) for word in SECRET.split())
    if kind == "nothing at all" and name != "length":
        assert not found["flagged"] and not found["spans"]


@pytest.mark.parametrize("name", [n for n, check in CHECKS.items() if not check.needs_model])
@given(question=st.text(max_size=60), answer=st.text(max_size=200), expected=st.text(max_size=40))
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_checked(name: str, question: str, answer: str, expected: str) -> None:
    check_finding(name, pair(question, answer, expected=expected), {**CHECKS[name].options, **TFIDF.get(name, {})})


TFIDF = {"similarity": {"method": "tfidf"}}


def test_every_check_has_a_title_and_says_what_it_flags() -> None:
    assert all(check.title and check.about for check in CHECKS.values())
    assert all("model" in check.options for check in CHECKS.values() if check.needs_model)
    assert {"personal_data", "language", "length", "repetition", "refusal"} <= set(CHEAP) < set(CHECKS)


def test_checks_give_the_same_findings_one_by_one_and_together(options_of: Any) -> None:
    pytest.importorskip("transformers", reason="the extra 'models'")
    many = [pair("hello", text) for text in ("thank you gladly", "you stupid idiot, shut up", "", "the parcel date")]
    chosen = CheckSettings(("length", "toxicity"), options={"toxicity": options_of("toxicity")})
    to_run = ready(chosen)
    together = findings_of_many(many, to_run)
    assert together == [{one.name: one.check.find(texts, one.options) for one in to_run} for texts in many]
    assert [flagged(found) for found in together] == [(), ("toxicity",), ("length",), ()]


def test_the_texts_of_a_conversation_have_paths_and_end_at_the_answer_under_review() -> None:
    said = (
        {"role": r, "content": f"{r} {k}"} for k, r in enumerate(("user", "assistant", "tool", "user", "assistant"))
    )
    talk = Conversation(
        id="c",
        source="p",
        source_id="c",
        created_at=None,
        week="2026-W47",
        messages=tuple(said),
        context=("passage",),
        sql="SELECT 1",
    )
    whole, earlier = texts_of(talk), texts_of(talk, turn=1)
    assert (whole.asked, whole.answered, whole.answer) == ("user 3", "assistant 4", "messages.4.content")
    assert {"context.0", "sql"} <= set(whole.fields)
    assert (earlier.asked, earlier.answered) == ("user 0", "assistant 1")
    assert set(earlier.fields) == {"messages.0.content", "messages.1.content"}
    unanswered = texts_of(
        Conversation(
            id="c",
            source="p",
            source_id="c",
            created_at=None,
            week="2026-W47",
            messages=({"role": "user", "content": "hello"},),
        )
    )
    assert (unanswered.asked, unanswered.answered) == ("hello", "")


def runs_word_by_word(words: list[str], extra: int) -> set[tuple[int, int]]:
    """The first and the last word of each run, by its definition."""
    found = set()
    for period in range(1, min(LONGEST_PERIOD, len(words) // 3) + 1):
        same = [words[k] == words[k - period] for k in range(period, len(words))]
        for start in range(len(same)):
            end = start
            while end < len(same) and same[end]:
                end += 1
            if end - start >= max(extra, 2 * period) and (start == 0 or not same[start - 1]):
                found.add((start, end + period - 1))
    return found


@given(st.lists(st.sampled_from(["a", "b", "Bc", "b", "a"]), max_size=60), st.integers(1, 9))
@examples(300)
def test_runs_are_those_of_their_definition(words, extra):
    text, at, places = " ".join(words), 0, {}
    for number, word in enumerate(words):
        places[number] = (at, at + len(word))
        at += len(word) + 1
    expected = {(places[a][0], places[b][1]) for a, b in runs_word_by_word([w.lower() for w in words], extra)}
    assert set(_runs(text, extra)) == expected
