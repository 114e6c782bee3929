"""Send the settled labels of a week to a system that has their conversations: each once, again only when it changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import orjson

from review.audit import chain
from review.audit.store_secrets import store_id
from review.basics import setting
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, ReviewError
from review.basics.labels import Value
from review.current.settled import Settled, settled_labels
from review.exchange.pushing.catalogue import SYSTEMS
from review.exchange.pushing.system import ScoreToPush, System
from review.people.people import require
from review.rubric.rubric import Rubric, current_rubric, rubric_version
from review.settings.access import public_url
from review.settings.project import Project
from storage.queries.items import items_of_week
from storage.queries.pushes import digests_sent
from storage.records_log import Conversation
from storage.records_pushes import PushedScore
from storage.records_weeks import Item, Week
from storage.store import Store

FAILURES = 3
"""So many scores in a row that the system does not take end the push."""


@dataclass(frozen=True)
class Skipped:
    """A label that was not sent, and why."""

    item: str
    dimension: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What one push did. ``error`` is why it ended early; what was sent before that is kept in the store."""

    sent: int
    already: int
    skipped: tuple[Skipped, ...]
    error: ReviewError | None = None


def push(
    store: Store,
    project: Project,
    to: str,
    week: str,
    *,
    by: str,
    dry_run: bool = False,
    source: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Pushed:
    """Send the settled labels of a week; with ``dry_run`` only count what would be sent.

    ``source`` names the one source whose conversations the system has, None: all. Raises Refused without the role lead
    and for a host that [push] does not allow, InputError for a setting or key that is missing.
    """
    require(store, by, "lead")
    given = os.environ if environment is None else environment
    system = SYSTEMS[to]
    address = _address(project, to, system)
    before = digests_sent(store, f"{to} {address}", week)
    scores, skipped = _scores(store, project, system, week, given, source=source)
    new = [score for score in scores if before.get(score.id) != _digest(score)]
    already = len(scores) - len(new)
    if dry_run or not new:
        return Pushed(sent=len(new) if dry_run else 0, already=already, skipped=tuple(skipped))
    web = system.connect(address, _keys(project, to, system, given))
    sent, error = 0, None
    failed: list[ReviewError] = []
    for score in new:
        try:
            system.send(web, score, score.id in before)
        except ReviewError as reason:
            skipped.append(Skipped(score.item, score.dimension, str(reason)))
            failed.append(reason)
            if len(failed) == FAILURES:
                error = reason
                break
            continue
        failed.clear()
        store.add(_row(score, f"{to} {address}", by))
        sent += 1
    with store.transaction():
        chain.record(store, by, "push", week, to=to, address=address, sent=sent, failed=error is not None)
    return Pushed(sent=sent, already=already, skipped=tuple(skipped), error=error)


def _row(score: ScoreToPush, system: str, by: str) -> PushedScore:
    return PushedScore(
        id=new_id(),
        target=system,
        score_id=score.id,
        week=score.week,
        item_id=score.item,
        dimension=score.dimension,
        digest=_digest(score),
        at=now(),
        by=by,
    )


def _address(project: Project, to: str, system: System) -> str:
    """Return where a system is.

    Raises InputError without an address and for a name or setting of [push] that means nothing, Refused for a host that
    is not allowed.
    """
    setting.known_keys(f"{project.path}, [push]", project.push.systems, ("hosts", *SYSTEMS))
    where = f"{project.path}, [push.{to}]"
    settings = project.push.systems.get(to, {})
    address = settings.get("address", system.address).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise InputError(f"{where}: found the address '{address}', expected one such as https://cloud.langfuse.com.")
    unknown = sorted(set(settings) - {"address", *system.keys})
    if unknown:
        raise InputError(f"{where}: found '{unknown[0]}', expected one of address, {', '.join(system.keys)}.")
    if parts.hostname not in project.push.hosts:
        raise Refused(
            f"{parts.hostname} is not among the hosts that labels may go to. Add it to hosts under [push] in "
            f"{project.path}."
        )
    return address


def _keys(project: Project, to: str, system: System, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the keys from the environment. Raises InputError that names the variable of a missing one."""
    names = {key: project.push.systems.get(to, {}).get(key, usual) for key, usual in system.keys.items()}
    found = {key: environment.get(variable, "").strip() for key, variable in names.items()}
    missing = next((names[key] for key, value in found.items() if not value and key not in system.optional), None)
    if missing is not None:
        raise InputError(f"{missing} is not set. It holds a key for {to}.")
    return found


def _digest(score: ScoreToPush) -> str:
    return hashlib.sha256(orjson.dumps(asdict(score), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _scores(
    store: Store,
    project: Project,
    system: System,
    week: str,
    environment: Mapping[str, str],
    *,
    source: str | None,
) -> tuple[list[ScoreToPush], list[Skipped]]:
    """Return the scores of a week, and the labels that cannot be sent."""
    items = {item.id: item for item in items_of_week(store, week)}
    named = store.find(Conversation, id=[item.conversation_id for item in items.values()])
    conversations = {one.id: one for one in named if source in (None, one.source)}
    rubric, base, of_store = _rubric(store, week), public_url(project.access, environment), store_id(store)
    scores: list[ScoreToPush] = []
    skipped: list[Skipped] = []
    for item, conversation, label in _labels(store, week, items, conversations):
        reason = _unsettled(label, item)
        if not reason and label.value is not None:
            score = ScoreToPush(
                id=str(uuid5(NAMESPACE_URL, f"spotcheck:{of_store}/{item.id}/{label.dimension}")),
                trace=conversation.source_id,
                item=item.id,
                dimension=label.dimension,
                value=_text(label.value),
                number=_number(rubric, label),
                rule=label.rule,
                votes=sum(label.votes.values()),
                rubric=rubric.version,
                week=week,
                link=f"{base.rstrip('/')}/week?week={week}" if base else "",
            )
            reason = system.fits(score)
            if not reason:
                scores.append(score)
        if reason:
            skipped.append(Skipped(item.id, label.dimension, reason))
    return scores, skipped


def _rubric(store: Store, week: str) -> Rubric:
    """Return the rubric that a week was opened with."""
    opened, latest = store.get(Week, week), current_rubric(store)
    return latest if opened is None else rubric_version(store, opened.rubric_version)


def _labels(
    store: Store, week: str, items: Mapping[str, Item], conversations: Mapping[str, Conversation]
) -> Iterator[tuple[Item, Conversation, Settled]]:
    for (name, _), label in sorted(settled_labels(store, [week]).items()):
        item = items.get(name)
        if item is not None and item.conversation_id in conversations:
            yield item, conversations[item.conversation_id], label


def _unsettled(label: Settled, item: Item) -> str:
    if label.value is None or label.disputed:
        return "votes differ and nobody has settled them"
    return "its label is about one answer, not the whole trace" if item.target_turn is not None else ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _number(rubric: Rubric, label: Settled) -> float | None:
    positive = next((one.positive for one in rubric.dimensions if one.name == label.dimension), None)
    return None if positive is None else float(label.value == positive)
