"""Draw what the execution of a query found beside its reference. Every text is escaped: nothing becomes markup."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages.parts.shared.conversation import CSS
from pages.parts.shared.session import Session, dialect
from pages.parts.shared.word_changes import STYLE, changed
from pages.parts.shared.wording import as_text
from review.annotating.executed import Executed, executed_by_item
from review.basics import sql_text
from review.basics.words import counted
from review.sql.results.outcome import NO_EVIDENCE, OUTCOMES, RIGHT
from review.sql.results.side_by_side import Side
from storage.records_weeks import Item


def show(here: Session, item: Item, sql: str | None) -> None:
    """Draw the outcome, both results with the cells that differ, and the queries; nothing without an execution.

    Call it only where the viewer may see verdicts on this item.
    """
    found = executed_by_item(here.store, [item], dialect=dialect(here.store)).get(item.id)
    if found is None:
        return
    with st.expander(f"Execution: {as_text(said(found))}", expanded=True, icon=":material/database:"):
        st.html(CSS + as_html(found))
        if sql:
            st.caption("From the reference to the query")
            laid_out = sql_text.formatted(sql, dialect(here.store) or None)
            st.html(f'{CSS}{STYLE}<div class="sc-sql sc-words">{changed(found["reference_sql"], laid_out)}</div>')


def as_html(found: Executed) -> str:
    """Return the outcome and both results as HTML. Pure."""
    outcome, in_words = found["outcome"], found["reason"] or said(found)
    lines = "".join(f"<li><b>{escape(f['severity'])}</b> {escape(f['message'])}</li>" for f in found["findings"])
    findings = f'<ul class="sc-note">{lines}</ul>' if lines else ""
    source = f"<small>Reference: {escape(found['reference_from'])}</small>"
    first = f'<p class="sc-outcome">{mark(outcome)} {escape(in_words)} {source}</p>'
    return first + findings + beside(found["answer"], found["reference"])


def mark(outcome: str) -> str:
    """Return the sign of an outcome: right, wrong, or no evidence."""
    return "–" if outcome in NO_EVIDENCE else "✓" if outcome in RIGHT else "✗"


def beside(answer: Side, reference: Side) -> str:
    """Return both results beside each other as HTML, with the cells that differ marked. Pure."""
    sides = _side("Result of the query", answer) + _side("Result of the reference", reference)
    return f'<div class="sc-beside">{sides}</div>'


def said(found: Executed) -> str:
    """Return the outcome in words."""
    return {str(name): words for name, words in OUTCOMES.items()}.get(found["outcome"], found["outcome"])


def _side(title: str, side: Side) -> str:
    if side["error"]:
        return (
            f'<div><b>{escape(title)}</b><div class="sc-turn sc-tool" tabindex="0">{escape(side["error"])}</div></div>'
        )
    marks = {(row, column) for row, column in side["marks"]}
    head = "".join(_column(name, alone=k in side["alone"]) for k, name in enumerate(side["columns"]))
    body = "".join(
        f'<tr><th scope="row">{number}</th>' + "".join(_cell(c, (at, k) in marks) for k, c in enumerate(row)) + "</tr>"
        for at, (number, row) in enumerate(zip(side["numbers"], side["rows"], strict=True))
    )
    shown = len(side["rows"])
    note = f"{shown:,} of {side['total']:,} rows" if shown < side["total"] else counted(shown, "row")
    table = f'<table class="sc-table"><tr><th></th>{head}</tr>{body}</table>'
    return f'<div><b>{escape(title)}</b> <small>{note}</small><div class="sc-scroll">{table}</div></div>'


def _column(name: str, *, alone: bool) -> str:
    return f'<th class="sc-alone">{escape(name)}</th>' if alone else f"<th>{escape(name)}</th>"


def _cell(cell: str | None, differs: bool) -> str:
    text = "<i>null</i>" if cell is None else escape(cell)
    return f'<td class="sc-differs"><mark title="differs">{text}</mark></td>' if differs else f"<td>{text}</td>"
