"""The rows of the form for labels and verdicts: which column is what, which dimension is meant, words to translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from pages.parts.conversations import questions
from pages.parts.shared.wording import as_text
from review.basics.date_forms import date_column
from review.basics.spellings import is_missing
from review.basics.tables import Table
from review.basics.words import counted
from review.exchange.proposals import names_asked, proposed_columns, unknown_words
from review.rubric.rubric import Rubric
from review.sources.paths import places
from review.sources.readers.fields import as_json_text

WANTED = {
    "labels": ("item", "rater", "label", "dimension", "at", "comment"),
    "verdicts": ("item", "judge", "label", "version", "dimension", "score", "rationale"),
}
NEEDED = ("item", "rater", "judge", "label")
WORDS = {
    "item": "id of the conversation or item",
    "rater": "person who gave the label",
    "judge": "judge",
    "label": "label",
    "dimension": "dimension of the rubric",
    "at": "date and time",
    "comment": "comment",
    "version": "version of the judge",
    "score": "score",
    "rationale": "reason",
}
PEEK = 20
LEFT_OUT = "left out"
AS_SAID = "as the export says"


@dataclass(frozen=True)
class Columns:
    """Which column of the file is which; ``author`` names ratings that have no author."""

    names: Mapping[str, str] = field(default_factory=dict)
    wide: bool = False
    author: str = ""


@dataclass(frozen=True)
class Filled:
    """The dimension that rows without one fill, and which dimension each name of the file fills.

    ``nothing`` says that no name of the file fills any.
    """

    default: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    nothing: bool = False


def columns(raw: Table, kind: str, tool: str | None, *, key: str) -> Columns | None:
    """Ask which column is what; None while one that is needed is missing."""
    found = places([row.cells for row in raw.rows[:PEEK]])
    author = "rater" if kind == "labels" else "judge"
    if tool is not None:
        with st.expander("Where the item is, and whose ratings these are", icon=":material/edit:"):
            options = [AS_SAID, *found]
            item = str(st.selectbox("Field with the id of the conversation", options, key=f"{key}_item"))
            name = st.text_input(f"Name of the {author} where the export names none", key=f"{key}_author") or ""
        return Columns({} if item == AS_SAID else {"item": item}, author=name.strip())
    wide = kind == "labels" and st.checkbox("The file has one column for each person", key=f"{key}_wide")
    wanted = ("item",) if wide else WANTED[kind]
    proposal = proposed_columns(list(found), wanted)
    st.markdown("**What the columns of the file mean**")
    chosen: dict[str, str] = {}
    for name in wanted:
        options = ["", *found]
        left, right = st.columns([3, 2], vertical_alignment="center")
        with right:
            place = str(
                st.selectbox(
                    f"Column of the {WORDS[name]}",
                    options,
                    index=options.index(proposal.get(name, "")),
                    format_func=lambda path: path or "not in the file",
                    key=f"{key}_{name}_{wide}",
                    label_visibility="collapsed",
                )
            )
        samples = " · ".join(dict.fromkeys(as_json_text(value)[:40] for value in found.get(place, [])[:6]))
        left.markdown(f"**{WORDS[name]}**  \n:small[{as_text(samples) or '–'}]")
        if place:
            chosen[name] = place
    missing = [WORDS[name] for name in wanted if name in NEEDED and name not in chosen]
    if missing:
        st.info(f"Choose the column of the {' and of the '.join(missing)}.", icon=":material/help:")
        return None
    return Columns({ours: theirs for ours, theirs in chosen.items() if ours != theirs}, wide=bool(wide))


def dimensions(table: Table, rubric: Rubric, *, of_tool: bool, key: str) -> Filled:
    """Ask which dimension the ratings are about, where the file does not say it in words of the rubric."""
    asked = names_asked(table, rubric)
    if not of_tool:
        if table.has("dimension"):
            return Filled()
        chosen = st.selectbox("The labels are about", list(rubric.names), key=f"{key}_dimension")
        return Filled(default=str(chosen))
    if not asked:
        return Filled()
    st.markdown("**Which dimension each question fills**")
    named = {row.text("dimension") for row in table.rows}
    same = {name.casefold(): name for name in rubric.names}
    given: dict[str, str] = {}
    for name in sorted(named):
        options = [LEFT_OUT, *rubric.names, "comment"]
        start = same.get(name.casefold(), LEFT_OUT)
        left, right = st.columns([3, 2], vertical_alignment="center")
        left.markdown(
            f"**{as_text(name)}** · {counted(asked.get(name, 0), 'rating')}"
            if name in asked
            else f"**{as_text(name)}**"
        )
        target = right.selectbox(
            f"{as_text(name)} fills", options, index=options.index(start), key=f"{key}_fills_{name}",
            label_visibility="collapsed",
        )  # fmt: skip
        if target != LEFT_OUT:
            given[name] = str(target)
    return Filled(given=given, nothing=not given)


def date_form(table: Table, *, key: str) -> str | None:
    """Return the form of the times of labels, asked for where several fit; None before the answer."""
    column = date_column(text for row in table.rows if not is_missing(text := row.text("at")))
    if column.decided is not None or not column.fits:
        return ""
    return questions.form_of(column, key=f"{key}_dates")


def words(table: Table, rubric: Rubric, filled: Filled, *, key: str) -> list[str]:
    """Ask what words of the file mean that the rubric does not have; returns ``dimension:word=value`` texts."""
    found = unknown_words(table, rubric, default=filled.default, given=filled.given)
    if not found:
        return []
    st.markdown("**Values to translate**")
    chosen = []
    for dimension, counts in found.items():
        values = list(rubric[dimension].scale.values)
        for word, n in counts.items():
            left, right = st.columns([3, 2], vertical_alignment="center")
            left.markdown(f"{as_text(dimension)}: **{as_text(word)}** · {counted(n, 'rating')}")
            value = right.selectbox(
                f"{as_text(dimension)} {as_text(word)} means", values, index=None, placeholder="choose",
                key=f"{key}_word_{dimension}_{word}", label_visibility="collapsed",
            )  # fmt: skip
            if value is not None:
                chosen.append(f"{dimension}:{word}={value}")
    return chosen
