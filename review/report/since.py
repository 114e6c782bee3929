"""Gather what was decided between the last report and this one, from the audit chain and the releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from review.basics.clock import now
from review.basics.words import shortened
from review.current.assignments import closing_of
from review.golden.examples import current_examples
from review.golden.releases import diff, examples_of, releases
from review.report.decided import Decision, GoldenChange, Since, settlements
from review.report.words import day, short_day
from storage.queries.audit import entries_between, last_sequence, sequence_before, sequence_of
from storage.queries.weeks import weeks_in_use
from storage.records_golden import Release, ReleaseExample
from storage.records_people import AuditEntry
from storage.records_review import Adjudication
from storage.records_weeks import Week
from storage.store import Store

LONGEST = 70
"""Letters of a question in the list of changes."""


class Span(NamedTuple):
    """What a report covers: from ``since`` to ``until`` (ISO 8601); ``last`` is the week closed before, "" for none."""

    since: str
    until: str
    last: str
    closed: bool


def span_of(store: Store, week: Week) -> Span:
    """Return what the report of a week covers: from the last closing before its own one on, else from its opening."""
    closing = closing_of(store, week.name)
    until = closing.at if closing else now()
    before = [c for w in weeks_in_use(store) if w.name < week.name and (c := closing_of(store, w.name)) is not None]
    last = max((c for c in before if c.at < until), key=lambda c: c.at, default=None)
    return Span(last.at if last else week.opened_at, until, last.week if last else "", closing is not None)


def since_last_report(store: Store, week: Week, *, names: Mapping[str, str], withheld: Collection[str]) -> Since:
    """Return what was decided from the closing of the last closed week before this one on, until this one's closing.

    Without such a week it begins when this week was opened. The last release is no decision here: the change of the
    golden dataset names it. Questions of ``withheld`` items are not named.
    """
    since, until, last, closed = span_of(store, week)
    begin = f"since week {last} was closed" if last else "since this week was opened"
    after = sequence_of(store, "close", last) if last else sequence_before(store, since)
    upto = sequence_of(store, "close", week.name) if closed else last_sequence(store)
    entries = entries_between(store, list(SAID), after=after, upto=upto)
    golden = _golden(store, since, until, withheld)
    others = [e for e in entries if e.action != SETTLED and (e.action, e.subject) != ("release", golden.after)]
    told = [*_settled(store, entries, names), *(_told(e, names) for e in others)]
    decisions = tuple(sorted((d for d in told if d.text), key=lambda d: d.at))
    return Since(f"{begin} on {short_day(since)}", decisions, golden)


SETTLED = "adjudicate"


def _rubric(entry: AuditEntry) -> str:
    changes = ", ".join(str(c) for c in entry.detail.get("changes", ()))
    note = str(entry.detail.get("note", "")).strip().rstrip(".")
    return f"Rubric {entry.subject}: {note or changes}."


def _judge(entry: AuditEntry) -> str:
    name, _, version = entry.subject.rpartition("@")
    note = str(entry.detail.get("note", "")).strip().rstrip(".")
    return f"Judge {name}, version {version}, added{f': {note}' if note else ''}."


def _release(entry: AuditEntry) -> str:
    return f"Release {entry.subject} made, with {entry.detail.get('size', 0):,} examples."


def _close(entry: AuditEntry) -> str:
    """Return an early closing, which waives what was open. A closing with nothing left is no decision."""
    reason = str(entry.detail.get("reason", "")).rstrip(".")
    open_ = sum(v["open"] for v in entry.detail.values() if isinstance(v, dict) and "open" in v)
    return f"Week {entry.subject} closed with {open_:,} things open: {reason}." if open_ and reason else ""


def _due(entry: AuditEntry) -> str:
    reason = str(entry.detail.get("reason", "")).rstrip(".")
    return f"Week {entry.subject} is due {day(str(entry.detail['due']))}{f': {reason}' if reason else ''}."


def _requeue(entry: AuditEntry) -> str:
    reason = str(entry.detail.get("reason", "")).rstrip(".")
    return f"Items of week {entry.subject} asked again under rubric version {entry.detail['rubric_version']}: {reason}."


def _gate(entry: AuditEntry) -> str:
    """Return what the gate said. A decision that settles another one names the same versions as that one."""
    found = entry.detail
    if "candidate" not in found:
        return f"Gate {found.get('settles', entry.subject)} settled by what people preferred: {found['decision']}."
    return f"Gate: {found['candidate']} against {found['baseline']} on {found['release']}: {found['decision']}."


def _waive(entry: AuditEntry) -> str:
    what = f", slice {entry.detail['slice']}" if entry.detail.get("slice") else ""
    return f"Gate {entry.subject} waived{what}: {str(entry.detail.get('reason', '')).rstrip('.')}."


def _version(entry: AuditEntry) -> str:
    state = "approved" if entry.action == "prompt approve" else "deprecated"
    reason = str(entry.detail.get("reason", "")).rstrip(".")
    how = " by waiver" if entry.detail.get("waiver") else ""
    return f"Version {entry.subject} {state}{how}{f': {reason}' if reason else ''}."


SAID: dict[str, Callable[[AuditEntry], str]] = {
    SETTLED: lambda entry: "",
    "rubric": _rubric,
    "judge": _judge,
    "release": _release,
    "close": _close,
    "change due date": _due,
    "requeue": _requeue,
    "gate": _gate,
    "waive": _waive,
    "prompt approve": _version,
    "prompt deprecate": _version,
}
"""By action of the audit chain: the decision in words, "" for none. Settlements are summed up."""


def _told(entry: AuditEntry, names: Mapping[str, str]) -> Decision:
    return Decision(entry.at, names.get(entry.actor, entry.actor), SAID[entry.action](entry))


def _settled(store: Store, entries: list[AuditEntry], names: Mapping[str, str]) -> list[Decision]:
    """Return all settlements as one decision: each item once, with the reason of its latest one."""
    made = [e for e in entries if e.action == SETTLED]
    if not made:
        return []
    latest = {e.subject: e for e in made}
    ids = [e.detail["adjudication"] for e in latest.values()]
    reasons = Counter(a.reason for a in store.find(Adjudication, id=ids) if a.reason)
    people = sorted({names.get(e.actor, e.actor) for e in made})
    return [Decision(made[-1].at, " and ".join(people), settlements(dict(reasons.most_common()), len(latest)))]


def _golden(store: Store, since: str, until: str, withheld: Collection[str]) -> GoldenChange:
    made = releases(store)
    after = next((r for r in reversed(made) if since < r.at <= until), None)
    before = next((r for r in reversed(made) if r.at <= since), None)
    waiting = _waiting(store, made, until)
    if after is None:
        return GoldenChange(waiting=waiting)
    if before is None:
        return GoldenChange(after=after.name, size=after.size, waiting=waiting)
    found = diff(store, before.name, after.name)
    old, new = ({e.example_id: e for e in examples_of(store, r.name)} for r in (before, after))
    hidden = 0

    def questions(ids: Collection[str], among: Mapping[str, ReleaseExample]) -> tuple[str, ...]:
        nonlocal hidden
        shown = ["" if among[k].content["item_id"] in withheld else _question(among[k]) for k in ids]
        hidden += sum(not text for text in shown)
        return tuple(sorted(shown, key=lambda text: not text))

    return GoldenChange(
        before=before.name,
        after=after.name,
        size=after.size,
        added=questions(found.added, new),
        removed=questions(found.removed, old),
        changed=questions([c.example_id for c in found.changed], new),
        hidden=hidden,
        waiting=waiting,
    )


def _question(example: ReleaseExample) -> str:
    return shortened(example.content["question"], LONGEST)


def _waiting(store: Store, made: list[Release], until: str) -> int:
    """Return how many examples that are current now were approved before ``until`` and after the last release."""
    last = max((r.at for r in made if r.at <= until), default="")
    return sum(last < e.at <= until for e in current_examples(store))
