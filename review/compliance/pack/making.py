"""Make an evidence pack: what was drawn and from what, how people and judges did, what was decided, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from review.audit import chain
from review.audit.store_secrets import store_id
from review.basics.clock import now
from review.basics.errors import InputError, ReviewError
from review.basics.log_paths import log_of
from review.basics.weeks import monday_of
from review.basics.whole_files import replacing
from review.compliance.findings import findings
from review.compliance.pack.file import FORMAT, digests_of, lines_of, with_line_digests, write_pack
from review.compliance.pack.rows import rows_of_period
from review.compliance.pack.signing import digest, sign
from review.compliance.page import report_page
from review.compliance.report import control_report
from review.log.digests import SIGNED, row_digests
from review.people.people import AUDITOR, require
from review.report.gather import week_report
from review.settings.project import Project
from review.week.frames import sealed_members
from storage.queries.weeks import weeks_in_use
from storage.records_gate import GateDecision, GateWaiver
from storage.records_log import Draw, Stratum
from storage.records_weeks import Item
from storage.store import Store

ROWS = "rows.jsonl"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A pack that was written: its weeks, how many rows and conversations of frames it has, and the public key."""

    weeks: Sequence[str]
    rows: int
    listed: int
    key: str


def frame_part(week: str) -> str:
    """Return the name of the part that lists the frame of a week."""
    return f"frames/{week}.jsonl"


def make_pack(store: Store, project: Project, target: Path, *, first: str, last: str, by: str) -> Made:
    """Write the pack of the days from ``first`` to ``last`` (ISO dates) to a file.

    It holds the weeks of which at least a day lies in the period. Raises Refused for others than leads and auditors,
    and without the audit key; InputError for a wrong period and a file that cannot be written.
    """
    require(store, by, AUDITOR)
    report = control_report(store, project, first=first, last=last, by=by)
    weeks = weeks_of_period(store, first, last)
    if not weeks and not report.findings:
        raise InputError(f"from {first} to {last} no week was reviewed and no check found anything.")
    with store.snapshot():
        rows = list(rows_of_period(store, first, last, weeks))
        parts = {ROWS: lines_of(rows), "control_report.html": report_page(report).encode()}
        told = [_week(store, project, week, parts) for week in weeks]
        summary = {
            "format": FORMAT,
            "store": store_id(store),
            "from": first,
            "to": last,
            "made_at": now(),
            "made_by": by,
            "weeks": told,
            "rows": len(rows),
            "log_columns": SIGNED,
            "gates": [_gate(d) for d in store.find(GateDecision) if first <= d.at[:10] <= last],
            "waivers": [asdict(w) for w in store.find(GateWaiver) if first <= w.at[:10] <= last],
            "overdue": [f.to_json() for f in findings(store) if f.overdue],
            "checks": report.to_json()["checks"],
            "chain": _head(store),
        }
    parts = with_line_digests(parts)
    manifest = orjson.dumps({**summary, "parts": digests_of(parts)}, option=orjson.OPT_SORT_KEYS)
    key, signature = sign(store, manifest)
    with replacing(target) as temporary:
        write_pack(temporary, manifest, {"key": key, "signature": signature}, parts)
    with store.transaction():
        chain.record(
            store, by, "evidence pack", f"{first} to {last}", weeks=list(weeks), manifest=digest(manifest), key=key
        )
    return Made(weeks=weeks, rows=len(rows), listed=sum(w["frame"]["listed"] for w in told), key=key)


def weeks_of_period(store: Store, first: str, last: str) -> list[str]:
    """Return the weeks in use of which at least a day lies within the period."""
    found = {w.name: monday_of(w.name) for w in weeks_in_use(store)}
    return [
        name
        for name, monday in found.items()
        if monday.isoformat() <= last and first <= (monday + timedelta(days=6)).isoformat()
    ]


def _week(store: Store, project: Project, week: str, parts: dict[str, bytes]) -> dict[str, Any]:
    """Return what the manifest says of a week, and add the list of its frame to the parts."""
    draws = store.find(Draw, week=week)
    members = sealed_members(store, project, week)
    if members is not None:
        digests = dict(row_digests(log_of(store.path), week))
        rows = ({"id": i, "group": members[i], "digest": digests.get(i, "")} for i in sorted(members))
        parts[frame_part(week)] = lines_of(rows)
    return {
        "week": week,
        "draws": [_draw(store, one) for one in draws],
        "frame": {
            "listed": len(members or {}),
            "digest": digest(parts[frame_part(week)]) if members is not None else "",
            "why_not": "" if members is not None else "it was not drawn from the imported log of this store",
        },
        "sample": _sample(store, week),
        **_figures(store, week),
    }


def _draw(store: Store, one: Draw) -> dict[str, Any]:
    strata = [asdict(s) for s in store.find(Stratum, draw_id=one.id)]
    return {**asdict(one), "strata": strata}


def _sample(store: Store, week: str) -> dict[str, list[str]]:
    """Return the drawn conversations of a week by group, sorted."""
    found: dict[str, set[str]] = {}
    for item in store.find(Item, week=week):
        if item.stratum is not None and item.draw_id is not None:
            found.setdefault(item.stratum, set()).add(item.conversation_id)
    return {name: sorted(ids) for name, ids in sorted(found.items())}


def _figures(store: Store, week: str) -> dict[str, Any]:
    """Return how far people agreed, how the judges did, and the estimates, as the report of the week has them."""
    try:
        told = week_report(store, week).to_json()
    except ReviewError as error:
        return {"figures": None, "why_no_figures": str(error)}
    names = ("state", "rubric_version", "items", "drawn", "labelled", "response_rate", "agreement", "judges", "quality")
    return {"figures": {name: told[name] for name in names}}


def _gate(one: GateDecision) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "report"}


def _head(store: Store) -> dict[str, Any]:
    last = chain.head(store)
    return {"sequence": last.sequence, "hash": last.hash, "at": last.at} if last else {}
