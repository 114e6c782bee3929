"""The end of a week: what still blocks closing, and the closing itself."""

from __future__ import annotations

from dataclasses import dataclass

from review.audit import chain, covered
from review.basics.clock import now
from review.basics.errors import Refused
from review.basics.words import counted
from review.current.assignments import closing_of, week_of_store
from review.current.conditions import handed_on, skipped, stands
from review.current.progress import progress
from review.people.people import require
from review.settling.adjudication import cases
from storage.records_review import WeekClosing
from storage.store import Store


@dataclass(frozen=True)
class Check:
    """One line of the checklist: how many things are open, and a sentence that says what to do."""

    name: str
    open: int
    total: int
    todo: str

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.open == 0


def checklist(store: Store, week: str) -> list[Check]:
    """What blocks closing a week: unreviewed items, those that everybody skipped among them, and open disagreements."""
    week_of_store(store, week)
    everyone = progress(store, week)
    dealt, left = sum(p.dealt for p in everyone), sum(p.left for p in everyone)
    waiting = ", ".join(f"{p.name} {p.left}" for p in everyone if p.left)
    passed_over = int(store.query(_PASSED_OVER_SQL, {"week": week})[0]["n"])
    todo = [f"still to review: {waiting}"] if left else []
    if passed_over:
        todo.append(f"{counted(passed_over, 'item')} skipped or taken back, so that nobody has reviewed them")
    found = cases(store, week, viewer="")
    disputed = [c for c in found if c.kind == "disputed"]
    contested = sum(c.kind != "single" for c in found)
    return [
        Check("reviewed", left + passed_over, dealt + passed_over, "; ".join(todo) or "every dealt item is reviewed"),
        Check(
            "settled",
            len(disputed),
            contested,
            f"{len(disputed)} disagreement{'s' * (len(disputed) != 1)} to settle" if disputed else "all are settled",
        ),
    ]


_PASSED_OVER_SQL = f"""
SELECT count(DISTINCT a.item_id) AS n FROM assignments a
WHERE a.week = :week
  AND NOT EXISTS (SELECT 1 FROM annotations n WHERE n.item_id = a.item_id AND {stands("n")})
  AND NOT EXISTS (SELECT 1 FROM assignments o WHERE o.item_id = a.item_id
                  AND NOT {handed_on("o")} AND NOT {skipped("o")})
"""  # noqa: S608 - constants of ours
"""Items of a week that nobody has reviewed and nobody still has to."""


def close_week(store: Store, week: str, *, by: str, reason: str = "") -> WeekClosing:
    """Close a week. Raises Refused when something is open and no reason is given, or without the role lead."""
    require(store, by, "lead")
    with store.transaction():
        checks = checklist(store, week)
        if closing_of(store, week) is not None:
            raise Refused(f"{week} is closed already.")
        open_ = [c for c in checks if not c.done]
        if open_ and not reason.strip():
            raise Refused(f"{week} cannot close yet: {'; '.join(c.todo for c in open_)}. A lead may give a reason.")
        state = {c.name: {"open": c.open, "total": c.total} for c in checks}
        closing = WeekClosing(week, now(), by, state, reason.strip())
        store.add(closing)
        content = covered.digest(store, "close", week)
        chain.record(store, by, "close", week, reason=reason.strip(), content=content, **state)
    return closing
