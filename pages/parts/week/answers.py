"""The four tiles with which the Week page opens: each is a sentence with its certainty, why, and a link that acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.words import spoken
from review.report.trend import trend_html
from review.statistics.answers.answer import ROUGHLY, WELL, Answer, Line, Link
from review.statistics.answers.judge_verdict import MARKS, USE_IT, JudgeAdvice

CSS = f"<style>{(Path(__file__).parent / 'answers.css').read_text(encoding='utf-8')}</style>"
ICONS = {
    "adjudicate": "gavel", "agreement": "group", "annotate": "edit_note", "audit": "history", "conversations": "forum",
    "failures": "bug_report",
    "judges": "balance", "rubric": "checklist", "sampling": "filter_alt", "week": "arrow_downward",
}  # fmt: skip
DOES = {"close": "lock", "deal": "playing_cards", "hand_over": "swap_horiz", "hand_over_skipped": "swap_horiz"}
DOTS = {WELL: "●●●", ROUGHLY: "●●○"}
TERMS = {
    "production": "The estimated share of all conversations of the week, from the labels of a random draw. A change is "
    "only called one when it lies outside its 95% interval. How well it is known goes by the width of that interval. "
    "The bars show the interval of each week.",
    "agreement": "How often two people give the same label, beyond what chance alone would give (Krippendorff's alpha; "
    "Gwet's AC1 or AC2 where nearly all labels are alike). They agree when the whole 95% interval is high enough.",
    "judges": "By a fixed rule: how much of a value the judge finds (recall), how often it is right (precision), both "
    "with their 95% limits, and whether it is as close to people as they are to each other (alternative annotator "
    "test). The numbers are settings of the project.",
    "next": "At most three things, in the order in which they matter.",
}


def tiles(here: Session) -> dict[str, DeltaGenerator]:
    """Draw four empty tiles and return them by the name of the answer, to be filled as the figures are known.

    Who only reviews sees first what is next.
    """
    st.html(CSS)
    places = {}
    names = ["production", "agreement", "judges", "next"]
    if not here.rater.may("adjudicator"):
        names = ["next", *names[:-1]]
    for pair in (names[:2], names[2:]):
        for column, name in zip(st.columns(2, gap="small"), pair, strict=True):
            places[name] = column.container(border=True, key=f"answer_{name}", height="stretch", gap="small")
    return places


Forms = Mapping[str, Callable[[], None]]


def fill(
    found: Answer,
    *,
    verdicts: Sequence[JudgeAdvice] = (),
    forms: Forms | None = None,
    more: Sequence[Link] = (),
    weeks: Sequence[str] = (),
    week: str = "",
) -> None:
    """Draw one answer in its tile. ``verdicts`` are those on the judges, for their tile; ``more`` links follow its own.

    ``forms`` draw what does an action on this page, by the name of the action; the others are links.
    ``weeks`` are those that the figures cover, where that is not this week alone; the links open ``week``.
    """
    span = f" · {weeks[0]} to {weeks[-1]}" if len(weeks) > 1 else ""
    st.caption(as_text(f"{found.question}{span}"), help=TERMS[found.name])
    if found.name == "next" and found.lines:
        for line in found.lines:
            _step(line, (forms or {}).get(line.name))
        return
    if found.name == "production" and found.lines:
        st.html("".join(_share(line, k) for k, line in enumerate(found.lines)))
    else:
        told, why = _told(found.sentence, found.certainty), _why(found.reason)
        # The verdicts on the judges are the answer itself, so they come before the reason.
        st.html(f"{told}{_uses(verdicts)}{why}" if verdicts else f"{told}{why}{_states(found.lines)}")
    with st.container(horizontal=True):
        for link in (*([found.link] if found.link else []), *more):
            go(link, week=week)


def failed(place: DeltaGenerator, question: str, error: Exception) -> None:
    """Draw why a question has no answer, and leave the rest of the page as it is."""
    place.caption(as_text(question))
    place.error(as_text(error), icon=":material/block:")


def _step(line: Line, form: Callable[[], None] | None) -> None:
    """Draw an action: the link or the button that does it says what it does."""
    said = line.sentence.removesuffix(".")
    if form is not None:
        key, icon = f"weekly_do_{line.name}", f":material/{DOES[line.name]}:"
        with st.popover(f"**{as_text(said)}**", icon=icon, type="tertiary", key=key, on_change="rerun"):
            form()
    elif line.link is not None:
        go(line.link, label=said)
    st.html(f'<div class="sc-step">{_why(line.reason)}</div>')


def _told(sentence: str, certainty: str, size: str = "") -> str:
    sure = f'<div class="sc-sure"><span aria-hidden="true">{DOTS.get(certainty, "●○○")}</span>{certainty}</div>'
    return f'<div><p class="sc-tell {size}">{escape(sentence)}</p>{sure if certainty else ""}</div>'


def _why(reason: str) -> str:
    return f'<p class="sc-why">{escape(reason)}</p>' if reason else ""


def _share(line: Line, place: int) -> str:
    told = _told(line.sentence, line.certainty, "" if place == 0 else "small")
    return f'<div class="sc-share">{told}{trend_html(line, identity=f"trend-{place}")}{_why(line.reason)}</div>'


def _uses(found: Sequence[JudgeAdvice]) -> str:
    """Return the verdicts as a table: a row for each judge, a column for each value."""
    values = list(dict.fromkeys(v.positive for v in found))
    by_judge: dict[str, dict[str, JudgeAdvice]] = {}
    for v in found:
        by_judge.setdefault(v.label, {})[v.positive] = v
    rows = [[_name(judge), *(_use(uses.get(value)) for value in values)] for judge, uses in by_judge.items()]
    return _table(["judge", *map(spoken, values)], rows)


def _use(found: JudgeAdvice | None) -> str:
    if found is None:
        return "<td>–</td>"
    kind, words = "use good" if found.use == USE_IT else "use", found.use.removesuffix(" for this")
    return f'<td class="{kind}" title="{escape(found.reason)}">{_marked(MARKS[found.use], words)}</td>'


def _states(lines: Sequence[Line]) -> str:
    """Return the lines of an answer as a table: what each is about, and its state; "" where there is only one."""
    rows = [
        [_name(spoken(x.name)), f'<td class="use" title="{escape(x.reason)}">{_marked(*x.state)}</td>'] for x in lines
    ]
    return _table(["label", "agreement"], rows) if len(rows) > 1 else ""


def _name(text: str) -> str:
    return f'<th scope="row">{escape(text)}</th>'


def _marked(mark: str, words: str) -> str:
    return f'<span aria-hidden="true">{mark}</span>{escape(words)}'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows)
    return f'<table class="sc-uses"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def go(link: Link, *, label: str = "", week: str = "") -> None:
    """Draw a link of an answer, with its own words or ``label``. Each page has an icon of its own."""
    query = {**({"week": week} if week else {}), **link.query}
    draw = partial(st.page_link, label=as_text(label or link.label), query_params=query)
    icon = "description" if "view" in link.query and link.page == "week" else ICONS[link.page]
    draw(f"{link.page}.py", icon=f":material/{icon}:")
