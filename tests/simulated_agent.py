"""Weeks of production of the reference agent: what each version answers to each question, and whether that is right.

The agent really runs: its model is a recording, its statements run on the shop's database, and an answer is right when
its result is that of the reference. Each version has faults that only this file knows; reviewers see questions, answers
and queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from review.basics.weeks import monday_of
from review.demo.agent.loop import answered
from review.demo.agent.models import recorded
from review.demo.agent.plan import AgentVersion, agent_versions
from review.demo.agent.questions import ShopCase
from review.demo.agent.recording import recorded_replies
from review.demo.generate import DemoConversation
from review.demo.shop import Shop

JOINS, DAYS, SWAPPED, OTHER = "joins", "days", "swapped", "other"
"""The hidden faults: rows joined wrongly, a period one day too long or too short, day and month swapped, the rest."""
JUDGE = "sim-judge"
JUDGE_FINDS, JUDGE_ERRS = 0.75, 0.04
"""The share of wrong answers that the judge over all traffic flags, and of right ones."""
DOWN = {True: 0.10, False: 0.005}
"""The share of wrong and of right answers that get a thumb down."""
TYPES = "Keys of different types are compared."
LATER: tuple[dict[str, Any], ...] = (
    {"id": "v5", "parent": "v3", "description": "The examples of v4, dates in order.", "others": 3, "days": 0},
    {"id": "v6", "parent": "v5", "description": "A shorter prompt, rolled out past the gate.", "rounds": 1,
     "others": 50, "days": 25, "odd": 0, "stumbles": 0.0},
)  # fmt: skip
"""Versions after those of the demonstration, as changes to v3."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a version answers to a question: fields of the log, and its hidden fault, "" for a right answer.

    ``why`` says in words what is wrong, ``right`` is the right answer.
    """

    fields: Mapping[str, Any]
    fault: str = ""
    why: str = ""
    right: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked(DemoConversation):
    """A conversation of the simulation: ``fault`` is what nobody is told, "" for a right answer."""

    fault: str = ""


Product = Mapping[str, Sequence[Answered]]
"""By version, the answers to all cases in order."""


def versions(part: float = 1.0) -> list[AgentVersion]:
    """Return v1 to v6: those of the demonstration, and two more. They fail in so many of 200 cases; ``part`` of it."""
    third = agent_versions()[2]
    found = [*agent_versions(), *(replace(third, **changed) for changed in LATER)]
    counts = ("others", "days", "odd", "odd_from")
    return [replace(v, **{name: round(getattr(v, name) * part) for name in counts}) for v in found]


def product_of(cases: Sequence[ShopCase], shop: Shop, served: Sequence[AgentVersion], *, seed: int) -> Product:
    """Let every version that is served answer every case."""
    replies = recorded_replies(cases, shop, seed=seed, versions=served)
    right = [_rows(shop, case.reference) for case in cases]
    return {
        version.id: [
            _answered(version, case, shop, replies[version.id], rows) for case, rows in zip(cases, right, strict=True)
        ]
        for version in served
    }


def _rows(shop: Shop, sql: str) -> list[str]:
    return sorted(map(repr, shop.ask(sql).rows))


def _answered(
    version: AgentVersion, case: ShopCase, shop: Shop, replies: Mapping[str, Sequence[str]], right: Sequence[str]
) -> Answered:
    say = recorded({version.id: replies}, version.id, case.question)
    found = answered(case.question, prompt="", say=say, shop=shop, rounds=version.rounds)
    steps = [_step(step) for step in found["steps"]]
    failed = [step["error"] for step in steps if "error" in step]
    fields: dict[str, Any] = {"question": case.question, "answer": found["answer"], "steps": steps, "status": "ok"}
    if failed:
        fields |= {"error_type": failed[0].partition(":")[0], "error_message": " ".join(failed[0].split())}
    if "sql" not in found:
        return Answered(fields=fields | {"status": "error"}, fault=JOINS, why=TYPES, right=_told(case, shop))
    fields |= {"sql": found["sql"], "result": found["result"]}
    fields |= {"repair_rounds": len(failed), "repaired": True} if failed else {}
    if _rows(shop, found["sql"]) == list(right):
        return Answered(fields=fields)
    fault, why = _fault(case, found["sql"])
    return Answered(fields=fields, fault=fault, why=why, right=_told(case, shop))


def _told(case: ShopCase, shop: Shop) -> str:
    """Return the right answer in words."""
    found = shop.ask(case.reference)
    return f"{case.period.words}: " + ", ".join(f"{c} {v}" for c, v in zip(found.columns, found.rows[0], strict=True))


def _fault(case: ShopCase, sql: str) -> tuple[str, str]:
    """Return which hidden fault a wrong statement has, and what is wrong with it in words."""
    slots = case.period.slots
    flaw = next((one for one in case.query.flaws if case.query.wrong_sql(one).format_map(slots) == sql), None)
    if flaw is None:
        return (OTHER, "Counts the rows of the result.") if "AS found" in sql else (SWAPPED, "Day and month swapped.")
    text = f"{flaw.new} {flaw.sql}"
    joins, days = "JOIN" in text or "acquisition_channel" in text, "<=" in text
    return JOINS if joins else DAYS if days else OTHER, flaw.why.format_map(slots)


def _step(step: Mapping[str, str]) -> dict[str, str]:
    told = {"name": "query", "input": step.get("input", ""), "output": step["observation"]}
    return told if step["observation"].startswith("{") else {**told, "error": step["observation"]}


def traffic(
    product: Product, cases: Sequence[ShopCase], week: str, *, serving: Mapping[str, float], size: int, seed: int
) -> dict[str, Asked]:
    """Return the conversations of a week by id; ``serving`` has the share of the traffic of each version."""
    rng = np.random.default_rng([seed, int(week.replace("-W", ""))])
    monday = datetime.combine(monday_of(week), datetime.min.time(), UTC)
    names, shares = list(serving), np.array(list(serving.values()))
    found = {}
    for number in range(size):
        name, at = f"{week}-{number:05}", int(rng.integers(len(cases)))
        version = names[int(rng.choice(len(names), p=shares / shares.sum()))]
        moment = monday + timedelta(seconds=int(rng.integers(7 * 86_400)))
        found[name] = _conversation(rng, name, moment, (version, cases[at], product[version][at]))
    return found


def _conversation(rng: np.random.Generator, name: str, at: datetime, served: tuple[str, ShopCase, Answered]) -> Asked:
    version, case, said = served
    wrong = bool(said.fault)
    flagged = rng.random() < (JUDGE_FINDS if wrong else JUDGE_ERRS)
    row = {
        **said.fields,
        "id": name,
        "created_at": at.isoformat(),
        "prompt_version": version,
        "user_id": f"analyst-{int(rng.integers(40)):02}",
        "scenario": case.scenario,
        "language": "en",
        "context": list(case.query.context),
        "latency_ms": round(float(rng.lognormal(7.5, 0.4))),
        "verdicts": {JUDGE: {"correctness": "wrong" if flagged else "correct"}},
    }
    if rng.random() < DOWN[wrong]:
        row["feedback"] = "down"
    return Asked(
        row=row,
        truth={
            "correctness": "wrong" if wrong else "correct",
            "reasons": ["wrong_sql"] if wrong else [],
            "intent": "data_question",
            "politeness": "neutral",
        },
        why=said.why,
        corrected_answer=said.right if wrong else "",
        reference_sql=case.reference if wrong else "",
        scenario=case.scenario,
        difficulty=case.query.difficulty,
        fault=said.fault,
    )
