"""Write one question to the data agent: its reasoning, SQL, result and answer, and the errors on the way.

Statements run on the shop's database, so results, figures and error messages are what it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from review.demo.courtesies import SAY
from review.demo.dialogue import DialoguePlan, Exchange
from review.demo.figures import Period, any_period, cells_of, numbers_of, written
from review.demo.mishaps import any_mishap, repair_of
from review.demo.queries import QUERIES, Query, SqlFlaw
from review.demo.shop import Reply, Shop, as_result
from review.demo.shop_tables import relations_of
from review.demo.slots import chance, pick
from review.demo.tones import spoken, voice

SUMMARISED = SqlFlaw(
    why="Refers to the table without stating the figure that was asked for.",
    correctness="partly",
    reason="incomplete",
)
REFERRALS = (
    "The query has run, see the table.",
    "Done. The figures are in the result.",
    "The result has {total} row(s).",
)


def data_question(rng: np.random.Generator, plan: DialoguePlan, shop: Shop, *, query: Query | None = None) -> Exchange:
    """Return a question that SQL on the shop answers: ``query``, or any."""
    query = query or pick(rng, QUERIES)
    period = any_period(rng, plan.at.date(), query)
    reference = query.sql.format_map(period.slots)
    truth = shop.ask(reference)
    right = _answer(rng, query, period, truth, query.unit)
    messages = _question(rng, plan, query, period)
    if plan.fate == "error":
        return _failed(rng, plan, query=query, period=period, shop=shop, messages=messages, right=right)
    flaw = _flaw(rng, plan, query)
    sql = query.wrong_sql(flaw).format_map(period.slots) if flaw and flaw is not SUMMARISED else reference
    found = shop.ask(sql)
    answer = _answer(rng, query, period, found, flaw.unit or query.unit) if flaw else right
    if flaw is SUMMARISED:
        answer = pick(rng, REFERRALS).format(total=len(found.rows))
    row = {
        "sql": sql,
        "result": as_result(found),
        "steps": _steps(query, period, found.columns),
        **repair_of(rng, plan, query, period, shop),
    }
    row["steps"] = row["steps"] + row.pop("repairs", [])
    return _exchange(
        plan,
        query,
        row=row,
        messages=[*messages, ("assistant", _toned(rng, plan, answer))],
        flaw=flaw,
        right=right,
        reference=reference,
        period=period,
    )


def _exchange(
    plan: DialoguePlan,
    query: Query,
    *,
    row: dict[str, Any],
    messages: list[tuple[str, str]],
    flaw: SqlFlaw | None,
    right: str,
    reference: str,
    period: Period,
) -> Exchange:
    if len(messages) == 2:
        turns: dict[str, Any] = {"question": messages[0][1], "answer": messages[1][1]}
    else:
        turns = {"messages": [{"role": role, "content": text} for role, text in messages]}
    why = flaw.why.format_map(period.slots) if flaw else ""
    return Exchange(
        # The data team keeps a reference for each question of its catalogue, and the agent's log names it.
        row={**turns, "context": list(query.context), **row, "metadata": {"reference_sql": reference}},
        intent="data_question",
        scenario=query.scenario,
        difficulty=query.difficulty,
        language="en",
        reasons=_reasons(flaw),
        why=why,
        corrected_answer=right if flaw else "",
        reference_sql=reference if flaw and flaw.reason != "incomplete" else "",
    )


def _reasons(flaw: SqlFlaw | None) -> tuple[str, ...]:
    if flaw is None:
        return ()
    return ("misunderstood", "wrong_sql") if flaw.reason == "misunderstood" else (flaw.reason,)


def _failed(
    rng: np.random.Generator,
    plan: DialoguePlan,
    *,
    query: Query,
    period: Period,
    shop: Shop,
    messages: list[tuple[str, str]],
    right: str,
) -> Exchange:
    mishap = any_mishap(rng, query, period, shop, dates=plan.stage.dates)
    text = f"The query could not be run after three attempts ({mishap.kind.replace('_', ' ')})."
    why, reason = f"No answer: {mishap.remedy}.", "wrong_sql"
    if plan.correctness == "partly":
        first, last = period.start, period.slots["last"]
        text += f" What can be said: the period is {first} to {last}, and the figure is the {query.aggregation}."
        why, reason = f"Names period and figure, but the number is missing: {mishap.remedy}.", "incomplete"
    row = {
        "sql": mishap.sql,
        "steps": _steps(query, period, shop.ask(query.sql.format_map(period.slots)).columns),
        "error_type": mishap.kind,
        "error_message": mishap.message,
        "repair_rounds": 3,
        "repaired": False,
    }
    flaw = SqlFlaw(
        why=why.replace("{", "(").replace("}", ")"),
        correctness=plan.correctness,
        reason=reason,
    )
    spoken_turns = [*messages, ("assistant", _toned(rng, plan, text))]
    return _exchange(
        plan,
        query,
        row=row,
        messages=spoken_turns,
        flaw=flaw,
        right=right,
        reference=query.sql.format_map(period.slots),
        period=period,
    )


def _toned(rng: np.random.Generator, plan: DialoguePlan, text: str) -> str:
    return pick(rng, SAY.analyst.openers[plan.politeness]) + text + pick(rng, SAY.analyst.closers[plan.politeness])


def _question(rng: np.random.Generator, plan: DialoguePlan, query: Query, period: Period) -> list[tuple[str, str]]:
    ask, manner = pick(rng, query.asks), voice(rng)
    if chance(rng, 0.15) and ask.endswith((" {period}?", " {period}")):
        bare = ask.replace(" {period}", "")
        asked = ("assistant", pick(rng, SAY.analyst.asks_back[plan.politeness]))
        return [("user", spoken(rng, bare, manner, "en", first=True)), asked, ("user", period.words)]
    return [("user", spoken(rng, ask.format_map(period.slots), manner, "en", first=True))]


def _answer(rng: np.random.Generator, query: Query, period: Period, reply: Reply, unit: str) -> str:
    ranked = sorted(numbers_of(query, reply), key=lambda pair: -pair[1])
    dated = f" (From {period.start} to {period.slots['last']}.)" if chance(rng, 0.3) else ""
    if not ranked:
        return f"The query found nothing {period.words}.{dated}"
    second = ranked[min(1, len(ranked) - 1)]
    text = query.answer.format_map(
        {
            "period": period.words,
            "value": written(ranked[0][1], unit),
            "top": ranked[0][0],
            "topvalue": written(ranked[0][1], unit),
            "second": second[0],
            "secondvalue": written(second[1], unit),
            **cells_of(query, reply),
        }
    )
    return text[:1].upper() + text[1:] + dated


def _flaw(rng: np.random.Generator, plan: DialoguePlan, query: Query) -> SqlFlaw | None:
    if plan.correctness == "correct":
        return None
    fitting = [f for f in query.flaws if f.correctness == plan.correctness]
    summarised = plan.correctness == "partly" and chance(rng, 0.2)
    return SUMMARISED if summarised or not fitting else pick(rng, fitting)


def _steps(query: Query, period: Period, columns: Sequence[str]) -> list[dict[str, str]]:
    last = period.slots["last"]
    return [
        {
            "name": "intent",
            "output": f"{query.aggregation[:1].upper()}{query.aggregation[1:]}, {period.words} "
            f"({period.start} to {last})",
        },
        {"name": "tables and fields", "output": f"{' and '.join(query.tables)}; returns {', '.join(columns)}"},
        {"name": "join", "output": "; ".join(relations_of(query.tables)) or "none needed"},
        {"name": "aggregation", "output": query.aggregation},
        {"name": "calculation", "output": "rounded" if "round(" in query.sql else "none"},
    ]
