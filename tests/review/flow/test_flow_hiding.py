"""A flagged span is hidden wherever its conversation is shown, and the flag itself writes its text nowhere."""

import json
import sqlite3
from uuid import uuid4

import pytest
from examples import examples
from flow_store import BAD, GOOD, WEEK, assignments, send, vote
from hypothesis import given
from hypothesis import strategies as st
from quick_stores import in_words_of_sqlite

from review.annotating.batch import batch
from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError
from review.evidence.evidence import conversation_of
from review.privacy.hidden_spans import _digest, conversations, hide_span, without
from review.settling.adjudication import adjudicate, cases
from storage.records_log import Conversation
from storage.records_people import AuditEntry
from storage.records_review import HiddenSpan
from storage.store import Store

KEY = b"key"


def span(text: str, number: int = 1) -> HiddenSpan:
    return HiddenSpan(
        id=f"s{number}",
        conversation_id="c",
        digest=_digest(KEY, text),
        length=len(text),
        token=f"[HIDDEN_{number}]",
        at="now",
        by="ana",
    )


def hidden(text: object, *texts: str) -> object:
    return without(text, [span(t, k) for k, t in enumerate(texts, start=1)], KEY)


def put(store: Store, identity: str, **fields: object) -> None:
    """Give a stored conversation other content, as an import would have."""
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        store.db.execute(f"UPDATE conversations SET {name} = ? WHERE id = ?", [text, identity])
    store.db.conn.commit()


def flag(store: Store, rater: str, assignment: str, text: str) -> None:
    sent = {"kind": "flag", "submission_id": uuid4().hex, "assignment": assignment, "flag": "privacy", "span": text}
    send(store, rater, sent)


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("call Jane Roe, Jane Roe!", ["Jane Roe"], "call [HIDDEN_1], [HIDDEN_1]!"),
        # One inside the other: the longer one's token stands for both.
        ("Jane Roe of Kiel", ["Jane", "Jane Roe"], "[HIDDEN_2] of Kiel"),
        ("Jane Roe and Jane", ["Jane", "Jane Roe"], "[HIDDEN_2] and [HIDDEN_1]"),
        # Two that overlap: nothing of either is left.
        ("x John Smith Street 5 y", ["John Smith", "Smith Street 5"], "x [HIDDEN_1] y"),
        ("abcdef", ["abc", "def"], "[HIDDEN_1][HIDDEN_2]"),
        ("aaaaa", ["aaa"], "[HIDDEN_1]"),
        # A token that is written is not searched again.
        ("secret", ["secret", "HIDDEN"], "[HIDDEN_1]"),
        ("Zoë 👩‍👩‍👧 Ñandú 5", ["Zoë 👩‍👩‍👧", "Ñandú"], "[HIDDEN_1] [HIDDEN_2] 5"),
        ("line one\nline two", ["one\nline"], "line [HIDDEN_1] two"),
        ("nothing here", ["absent"], "nothing here"),
        ("", ["absent"], ""),
    ],
)
def test_spans_are_replaced_by_their_tokens(text, spans, shown):
    assert hidden(text, *spans) == shown


@examples(100)
@given(
    text=st.text("ab cd", max_size=30),
    parts=st.lists(st.text("abcd", min_size=2, max_size=4), min_size=1, max_size=3, unique=True),
)
def test_no_hidden_span_is_left_and_nothing_else_is_lost(text, parts):
    shown = hidden(text, *parts)
    covered = {
        k
        for p in parts
        for start in range(len(text))
        if text.startswith(p, start)
        for k in range(start, start + len(p))
    }
    # What stands between the tokens is exactly what no span covers.
    rest = shown
    for number in range(1, 4):
        rest = rest.replace(f"[HIDDEN_{number}]", "")
    assert rest == "".join(c for k, c in enumerate(text) if k not in covered)


def test_hiding_reaches_into_every_nesting_and_keeps_who_speaks():
    value = {
        "messages": ({"role": "user", "content": "I am user 7", "tool_calls": [{"arguments": '{"name": "user 7"}'}]},),
        "rows": [["user", 5, 491512345678, None, True]],
    }
    shown = hidden(value, "user", "491512345678")
    assert shown["messages"][0]["role"] == "user"
    assert shown["messages"][0]["content"] == "I am [HIDDEN_1] 7"
    assert shown["messages"][0]["tool_calls"] == [{"arguments": '{"name": "[HIDDEN_1] 7"}'}]
    # A number is hidden as a whole; parts of other numbers are left.
    assert shown["rows"] == [["[HIDDEN_1]", 5, "[HIDDEN_2]", None, True]]


def test_a_flagged_span_is_hidden_from_everybody_in_every_field(opened, items):
    item = next(i for i in items if i.overlap).id
    name = "Jane Q. Public"
    put(
        opened,
        item,
        messages=[{"role": "user", "content": f"I am {name}"}, {"role": "assistant", "content": f"Hello {name}"}],
        context=[f"account of {name}"],
        steps=[{"tool": "find", "output": {"who": [name]}}],
        sql=f"SELECT * FROM users WHERE name = '{name}'",
        result={"columns": ["name"], "rows": [[name]], "total": 1},
        error_message=f"no such user {name}",
        metadata={"note": name},
    )
    mine = next(a for a in assignments(opened, "ana") if a.item_id == item)
    # Two messages, passage, step, query and its tokens, result, error.
    assert json.dumps(batch(opened, "ana", week=WEEK, size=1_000)).count(name) == 8
    flag(opened, "ana", mine.id, f"  {name} ")
    for rater in ("ana", "ben", "eva"):
        text = json.dumps(batch(opened, rater, week=WEEK, size=1_000))
        assert name not in text and "Public" not in text and "[HIDDEN_1]" in text
    shown = conversation_of(opened, item)
    assert shown.question == "I am [HIDDEN_1]" and shown.answer == "Hello [HIDDEN_1]"
    assert name not in repr(conversations(opened, [item])[item])
    # Other conversations are left alone.
    assert "[HIDDEN" not in repr(conversations(opened, [i.id for i in items if i.id != item]))


def test_what_people_wrote_about_it_is_hidden_too(opened, items):
    item = next(i for i in items if i.overlap).id
    name = f"LAST-ANSWER {int(item[1:])}"
    vote(opened, item, "ana", GOOD, comment=f"{name} is a name", corrected_answer=f"Dear {name}")
    vote(opened, item, "ben", BAD)
    mine = next(a for a in assignments(opened, "ana") if a.item_id == item)
    decision = adjudicate(
        opened, item, by="lea", labels=GOOD, rationale=f"{name} wrote so", corrected_answer=f"Hi {name}"
    )
    theirs = next(a.id for a in assignments(opened, "eva") if a.item_id == item)
    skip = {"kind": "skip", "submission_id": uuid4().hex, "assignment": theirs, "reason": f"{name} again"}
    send(opened, "eva", skip)
    flag(opened, "ana", mine.id, name)
    (case,) = [c for c in cases(opened, WEEK, viewer="lea") if c.item.id == item]
    assert [n.comment for n in case.annotations] == ["[HIDDEN_1] is a name", ""]
    assert [n.corrected_answer for n in case.annotations] == ["Dear [HIDDEN_1]", ""]
    assert case.settled.id == decision.id
    assert (case.settled.rationale, case.settled.corrected_answer) == ("[HIDDEN_1] wrote so", "Hi [HIDDEN_1]")
    own = next(i for i in batch(opened, "ana", week=WEEK, size=1_000)["items"] if i["item"] == item)["mine"]
    assert own["comment"] == "[HIDDEN_1] is a name" and own["corrected_answer"] == "Dear [HIDDEN_1]"
    (passed,) = (i for i in batch(opened, "eva", week=WEEK, size=0, back=[theirs])["items"] if i["item"] == item)
    assert passed["mine"]["reason"] == "[HIDDEN_1] again"


@in_words_of_sqlite
def test_the_flag_writes_the_text_nowhere(opened, items):
    item = items[0].id
    name = "Xaver Quietsch-Unikum"
    put(opened, item, messages=[{"role": "user", "content": f"I am {name}"}])
    before = occurrences(opened, name)
    holder = next(r for r in ("ana", "ben", "eva") if any(a.item_id == item for a in assignments(opened, r)))
    flag(opened, holder, next(a.id for a in assignments(opened, holder) if a.item_id == item), name)
    # The frozen conversation still holds it, once; no flag, hidden span, annotation or audit entry does.
    assert occurrences(opened, name) == before == 1
    stored = "\n".join(repr(r) for r in [*opened.find(HiddenSpan), *opened.find(AuditEntry)])
    assert name not in stored and "Quietsch" not in stored
    (kept,) = opened.find(HiddenSpan)
    assert kept.length == len(name) and kept.digest == _digest(hmac_key(opened), name)


def occurrences(store: Store, text: str) -> int:
    """How often the text stands in the bytes of the store's file, after its log was written back and pages tidied."""
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return sum(
        p.read_bytes().count(text.encode()) for p in store.path.parent.glob(store.path.name + "*") if p.is_file()
    )


def test_the_same_span_twice_is_one_and_tokens_count_up(opened, items):
    item = items[0].id
    first = hide_span(opened, item, "LAST-ANSWER", by="ana")
    assert hide_span(opened, item, " LAST-ANSWER ", by="ben") == first
    second = hide_span(opened, item, "Friday", by="ben")
    assert (first.token, second.token) == ("[HIDDEN_1]", "[HIDDEN_2]")
    assert len(opened.find(AuditEntry, action="hide")) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "found 0 characters"),
        (" x ", "found 1 characters"),
        ("y" * 2_001, "found 2001 characters"),
        ("not in here", "no message here contains the selected text"),
        # Across two fields there is nothing that could be replaced, so it must not look as if it were hidden.
        ("order 7\nassistant", "no message here contains the selected text"),
        ("user", "no message here contains the selected text"),
        ("FRIDAY", "no message here contains the selected text"),
    ],
)
def test_a_span_that_cannot_be_hidden_is_refused(opened, items, text, sentence):
    put(opened, items[0].id, messages=[{"role": "user", "content": "order 7"}, {"role": "assistant", "content": "yes"}])
    with pytest.raises(InputError, match=sentence):
        hide_span(opened, items[0].id, text, by="ana")
    assert opened.find(HiddenSpan) == []


def test_a_span_of_an_unknown_conversation_is_refused(opened):
    with pytest.raises(InputError, match="no message here contains"):
        hide_span(opened, "nobody", "some text", by="ana")


def test_a_long_conversation_is_searched_in_reasonable_time(opened, items):
    # 200,000 characters and three spans are 600,000 keyed hashes.
    put(
        opened, items[0].id, messages=[{"role": "user", "content": "lorem ipsum " * 16_000 + "Jane Roe Eve Doe Jo Poe"}]
    )
    for name in ("Jane Roe", "Eve Doe", "Jo Poe"):
        hide_span(opened, items[0].id, name, by="ana")
    shown = conversations(opened, [items[0].id])[items[0].id]
    assert isinstance(shown, Conversation) and shown.question.endswith("[HIDDEN_1] [HIDDEN_2] [HIDDEN_3]")
