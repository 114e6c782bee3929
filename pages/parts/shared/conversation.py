"""Draw a conversation for reading. Every text is escaped: nothing from data becomes markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import streamlit as st

from pages.parts.shared import noted
from pages.parts.shared.session import Session
from review.annotating.findings import Shown, shown_findings
from review.basics import sql_text
from review.privacy.hidden_spans import lost_its_places
from storage.records_log import Conversation, Message, ResultTable

ROWS_SHOWN = 20

Span = tuple[int, int, str]
"""Where marked words start and end in a text, and the letter of the reviewer who marked them."""

NAMES = {"user": "User", "assistant": "Assistant", "tool": "Tool", "system": "System"}

CSS = f"<style>{(Path(__file__).parent / 'conversation.css').read_text(encoding='utf-8')}</style>"


def opened(
    here: Session,
    conversation: Conversation,
    *,
    target_turn: int | None = None,
    findings: bool = False,
    marks: Mapping[int, Sequence[Span]] | None = None,
) -> None:
    """Draw a conversation of the store or the log, as :func:`show` does, and note first that this visitor opened it."""
    noted.opened(here, conversation.id)
    show(conversation, target_turn=target_turn, findings=findings, marks=marks)


def show(
    conversation: Conversation,
    *,
    target_turn: int | None = None,
    findings: bool = False,
    marks: Mapping[int, Sequence[Span]] | None = None,
) -> None:
    """Draw a conversation: turns, SQL, result, then the retrieved passages and the steps in expanders.

    ``marks`` are stretches of the turn at a place, each from a start up to an end, with a letter; they are highlighted.
    With ``findings`` also what the checks found. Pass it only where the viewer has reviewed the item and it is settled,
    or where its verdicts are shown as well.
    """
    parts = [
        _turn(m, marked=k == target_turn, spans=(marks or {}).get(k, ())) for k, m in enumerate(conversation.messages)
    ]
    if conversation.error_message:
        parts.append(
            f'<div class="sc-turn sc-tool" tabindex="0"><b>Error</b>{escape(conversation.error_message)}</div>'
        )
    if conversation.sql:
        tokens = sql_text.tokens(sql_text.pretty(conversation.sql))
        coloured = "".join(f'<span class="{escape(kind)}">{escape(text)}</span>' for kind, text in tokens)
        parts.append(f'<div class="sc-sql">{coloured}</div>')
    if conversation.result:
        parts.append(_result(conversation.result))
    st.html(CSS + "".join(parts))
    for title, entries in (("Retrieved passages", conversation.context), ("Steps", conversation.steps)):
        if entries:
            with st.expander(f"{title} ({len(entries)})"):
                st.html("".join(f'<div class="sc-turn">{escape(_plain(e))}</div>' for e in entries))
    if findings and conversation.checks:
        _findings(conversation)


def _findings(conversation: Conversation) -> None:
    """Draw the finding of each check, flagged ones first, with the evidence marked."""
    shown = shown_findings(conversation, quoting=not lost_its_places(conversation))
    flagged = sum(one["flagged"] for one in shown)
    with st.expander(f"Checks ({flagged} of {len(shown)} flagged)"):
        st.html(CSS + "".join(_finding(one) for one in shown))


def _finding(one: Shown) -> str:
    quotes = "".join(
        f'<div class="sc-quote">{escape(e["before"])}<mark>{escape(e["marked"])}</mark>{escape(e["after"])}</div>'
        for e in one["evidence"]
    )
    mark = "⚑ " if one["flagged"] else ""
    return f'<div class="sc-note">{mark}<b>{escape(one["check"])}</b> {escape(one["said"])}{quotes}</div>'


def highlighted(text: str, spans: Sequence[Span]) -> str:
    """Return a text as HTML with its spans highlighted, each piece with the letters of those that cover it. Pure."""
    cuts = sorted({0, len(text), *(min(at, len(text)) for start, end, _ in spans for at in (start, end))})
    shown = []
    for start, end in pairwise(cuts):
        letters = "".join(dict.fromkeys(by for first, last, by in spans if first <= start and end <= last))
        piece = escape(text[start:end])
        shown.append(f'<mark class="sc-mark" data-by="{escape(letters)}">{piece}</mark>' if letters else piece)
    return "".join(shown)


def _turn(message: Message, *, marked: bool, spans: Sequence[Span] = ()) -> str:
    role = str(message.get("role", "user"))
    kind = role if role in NAMES else "tool"
    calls = f"\n{_plain(message['tool_calls'])}" if message.get("tool_calls") else ""
    title = NAMES.get(role, role) + (" · the answer under review" if marked else "")
    said = highlighted(_plain(message.get("content")), spans)
    return f'<div class="sc-turn sc-{kind}"><b>{escape(title)}</b>{said}{escape(calls)}</div>'


def _result(result: ResultTable) -> str:
    if "rows" not in result:
        return f'<div class="sc-turn sc-tool" tabindex="0"><b>Result</b>{escape(_plain(result.get("text")))}</div>'
    rows = result["rows"]
    head = "".join(f"<th>{escape(_plain(c))}</th>" for c in result.get("columns", []))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_plain(c))}</td>" for c in row) + "</tr>" for row in rows[:ROWS_SHOWN]
    )
    total = result.get("total", len(rows))
    note = f'<div class="sc-note">{min(len(rows), ROWS_SHOWN)} of {total} rows</div>'
    return f'<div class="sc-scroll"><table class="sc-table"><tr>{head}</tr>{body}</table>{note}</div>'


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
