"""The mapping as rows: each field of the file with samples and what it means; and the values to translate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from pages.parts.shared.wording import as_text
from review.basics.words import counted
from review.sources.look import Look
from review.sources.readers.fields import as_json_text
from review.sources.value_words import TRANSLATED, Translation

NOTHING = ""
MEANINGS = {
    NOTHING: "kept as an extra field",
    "id": "id of the conversation",
    "created_at": "date and time",
    "question": "question of the user",
    "answer": "answer of the assistant",
    "messages": "list of all messages",
    "user_id": "user (hashed)",
    "session_id": "session (hashed)",
    "status": "status: ok or error",
    "feedback": "feedback of the user",
    "scenario": "scenario",
    "language": "language",
    "model": "model",
    "prompt_version": "prompt version",
    "variant": "variant of an A/B test",
    "context": "retrieved passages",
    "sql": "SQL query",
    "result": "result of the SQL query",
    "steps": "steps of the assistant",
    "tags": "tags",
    "verdicts": "verdicts of judges",
    "metadata": "object with extra fields",
    "error_type": "kind of error",
    "error_message": "message of the error",
    "latency_ms": "time to answer, in milliseconds",
    "tokens_in": "tokens read",
    "tokens_out": "tokens written",
    "cost": "cost",
    "confidence": "confidence, from 0 to 1",
    "low_confidence": "low confidence: yes or no",
    "retries": "retries",
    "repaired": "repaired: yes or no",
    "repair_rounds": "rounds of repair",
}
"""Field of a conversation -> what it is in words."""
VALUES = {
    "status": {"ok": "ok", "error": "error", NOTHING: "unknown: left out"},
    "feedback": {"up": "thumb up", "down": "thumb down", NOTHING: "left as it is"},
}
SHOWN = 30
SAMPLE = 60
SEARCHED = 1_000
"""Letters of a value that are masked: no personal data that begins within a sample reaches beyond them."""


Hide = Callable[[str], str]
"""Masks personal data in a text that the page shows before anything is imported."""


def mapping(look: Look, hide: Hide, *, key: str) -> tuple[dict[str, str], bool]:
    """Draw a row for each field of the file; returns the mapping and whether two rows mean the same."""
    means = {path: field for field, path in look.reading.mapping.items()}
    if look.plain:
        taken = set(means.values())
        means |= {path: path for path in look.places if path in MEANINGS and path not in taken and path not in means}
    if not look.plain:
        with st.expander("The format names its fields. Add a field of your own", icon=":material/edit:"):
            chosen = _rows(look, means, hide, key)
    else:
        st.markdown("**What the fields of the file mean**")
        if look.guessed:
            st.caption("Proposed from names and values. Look through it and correct what is wrong.")
        chosen = _rows(look, means, hide, key)
    twice = [field for field, n in Counter(field for field in chosen.values() if field).items() if n > 1]
    for field in twice:
        st.error(f"Two fields of the file are the {MEANINGS[field]}. Keep one of them.", icon=":material/block:")
    return {field: path for path, field in chosen.items() if field and field != path}, bool(twice)


def _rows(look: Look, means: Mapping[str, str], hide: Hide, key: str) -> dict[str, str]:
    paths = sorted(look.places, key=lambda path: path not in means)
    chosen = _some_rows(look, paths[:SHOWN], means, hide, key)
    if len(paths) > SHOWN:
        with st.expander(f"{counted(len(paths) - SHOWN, 'more field')}"):
            chosen |= _some_rows(look, paths[SHOWN:], means, hide, key)
    return chosen


def _some_rows(look: Look, paths: Sequence[str], means: Mapping[str, str], hide: Hide, key: str) -> dict[str, str]:
    reasons = {row.path: row.why for row in look.proposal}
    chosen = {}
    for path in paths:
        left, right = st.columns([3, 2], vertical_alignment="center")
        with left:
            why = f" · {as_text(reasons[path])}" if look.guessed and path in means and path in reasons else ""
            samples = as_text(_samples(look.places[path], hide)) or "empty in the first rows"
            st.markdown(f"**{as_text(path)}**{why}  \n:small[{samples}]")
        with right:
            chosen[path] = str(
                st.selectbox(
                    f"What {as_text(path)} means",
                    list(MEANINGS),
                    index=list(MEANINGS).index(means.get(path, NOTHING)),
                    format_func=lambda field: MEANINGS[field],
                    key=f"arrive_means_{key}_{path}",
                    label_visibility="collapsed",
                )
            )
    return chosen


def _samples(values: Iterable[object], hide: Hide) -> str:
    """Return the first different values. Each is masked before it is cut: the head of an address is no address."""
    texts = dict.fromkeys(" ".join(as_json_text(value).split())[:SEARCHED] for value in values)
    return " · ".join(list(dict.fromkeys(hide(text)[:SAMPLE] for text in list(texts)[:20]))[:3])


def values(
    found: Sequence[Translation], known: Mapping[str, Mapping[str, str]], hide: Hide, *, key: str
) -> dict[str, dict[str, str]]:
    """Draw the values of status and feedback with what each becomes; returns the tables, known ones included."""
    tables = {field: dict(table) for field, table in known.items()}
    open_ones = [one for one in found if one.raw not in TRANSLATED[one.field]]
    if not open_ones:
        return tables
    st.markdown("**Values to translate**")
    for one in open_ones:
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(f"{MEANINGS[one.field]}: **{as_text(hide(one.raw))}** · {counted(one.count, 'row')}")
        options = VALUES[one.field]
        start = one.value if one.value in options else NOTHING
        chosen = right.selectbox(
            f"{one.field} {as_text(hide(one.raw))} becomes",
            list(options),
            index=list(options).index(start),
            format_func=options.__getitem__,
            key=f"arrive_value_{key}_{one.field}_{one.raw}",
            label_visibility="collapsed",
        )
        if chosen:
            tables.setdefault(one.field, {})[one.raw] = str(chosen)
        else:
            tables.get(one.field, {}).pop(one.raw, None)
    return tables
