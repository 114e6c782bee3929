"""A store of many closed weeks and an open one, for measurements and tests of what grows with it.

It is written in bulk, past :meth:`Store.add`, but each row is covered by a signed entry of the audit chain, as if the
verbs had written it: one entry for each annotation, decision and closing, and one for all else of a week.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from review.audit import chain as audit_chain
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from storage import proof
from storage.opening import open_store
from storage.postgres_engine import PostgresEngine
from storage.proof_digests import entry_hash, rows_digest
from storage.records import KEYS
from storage.records_log import Conversation, Draw, Import, Stratum
from storage.records_people import AuditEntry
from storage.records_review import Adjudication, Annotation, Flag, Verdict
from storage.records_weeks import Assignment, Item, Week, WeekClosing
from storage.rows import encode, fields
from storage.store import Store

LEAD = "lea"
RATERS = tuple(f"r{k:02d}" for k in range(30))
ITEMS = 2_000
"""Items of one week; two reviewers rate each."""
STRATA = {"failing": (300, 300), "low confidence": (6_000, 500), "rest": (120_000, 1_200)}
"""By group: how many conversations it has, and how many of a week of 2,000 items are drawn from it."""


class Size(NamedTuple):
    """How many closed weeks there are, and how many items each week has."""

    weeks: int
    items: int = ITEMS


def size_of(annotations: int) -> Size:
    """Return the size of a store with about so many annotations."""
    items = min(ITEMS, annotations // 10)
    return Size(max(1, annotations // (2 * items)), items)


def build(path: Path, size: Size, *, seed: int = 0) -> Store:
    """Make the store. The last week is open, and half of it is reviewed."""
    store = open_store(path)
    add_person(store, LEAD, role="lead", by="bench")
    add_person(store, "ada", role="adjudicator", by=LEAD)
    for name in RATERS:
        add_person(store, name, role="annotator", by=LEAD)
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by=LEAD)
    rng = random.Random(seed)
    names = week_names(size.weeks + 1)
    with store.transaction():
        for name in names:
            bulk = _Bulk(store)
            _week(bulk, name, size.items, rng, is_open=name == names[-1])
            bulk.write()
    return store


def week_names(count: int) -> list[str]:
    """Return the names of consecutive weeks, the last one first week of 2027."""
    last = date(2027, 1, 4)
    days = (last - timedelta(weeks=count - 1 - k) for k in range(count))
    return [f"{d.isocalendar().year}-W{d.isocalendar().week:02d}" for d in days]


class _Bulk:
    """Rows and entries that are written together at the end. The caller holds the transaction."""

    def __init__(self, store: Store) -> None:
        self.engine, self.connection = store.engine, store.engine.connection
        self.key = proof.key_to_sign(self.connection)
        self.waiting: list[proof.Row] = []
        self.lines: list[tuple[str, int, int, str, bytes]] = []
        self.entries: list[AuditEntry] = []
        last = audit_chain.head(store)
        assert last is not None
        self.sequence, self.previous = last.sequence, last.hash

    def add(self, rows: Iterable[Any]) -> None:
        """Insert records of one kind. The next entry covers them."""
        self.waiting += self._inserted(rows)

    def add_each(self, rows: Sequence[Any], fact: Callable[[Any], tuple[str, str, str, dict[str, Any]]]) -> None:
        """Insert records of one kind, each with an entry of its own: actor, action, subject and detail."""
        for row, covered in zip(rows, self._inserted(rows), strict=True):
            self.waiting.append(covered)
            self.entry(row.at, *fact(row))

    def _inserted(self, rows: Iterable[Any]) -> list[proof.Row]:
        found = list(rows)
        if not found:
            return []
        kind: Any = type(found[0])
        names = [f.name for f in fields(kind)]
        cells = [[encode(getattr(row, n)) for n in names] for row in found]
        self._insert(KEYS[kind][0], names, cells)
        return [proof.covered_row(self.key, kind, row) for row in cells]

    def entry(self, at: str, actor: str, action: str, subject: str, detail: dict[str, Any]) -> None:
        """Continue the chain with an entry that covers what was added since the last one."""
        self.sequence += 1
        by_table: dict[str, list[tuple[str, bytes]]] = {}
        for row in self.waiting:
            by_table.setdefault(row.table, []).append((row.key, row.digest))
        self.waiting = []
        signed = {t: [len(rows), rows_digest(self.key, rows)] for t, rows in by_table.items()}
        self.lines += [(t, self.sequence, n, *row) for t, rows in by_table.items() for n, row in enumerate(rows)]
        said: dict[str, Any] = {"actor": actor, "action": action, "subject": subject}
        said |= {"detail": {**detail, proof.SIGNED: signed}, "previous": self.previous}
        digest = entry_hash(self.sequence, at, **said, key=self.key)
        self.entries.append(AuditEntry(sequence=self.sequence, at=at, hash=digest, **said))
        self.previous = digest

    def write(self) -> None:
        """Write the entries and the digests of the rows."""
        names = [f.name for f in fields(AuditEntry)]
        self._insert(KEYS[AuditEntry][0], names, [[encode(getattr(e, n)) for n in names] for e in self.entries])
        self._insert("audit_rows", ("table", "entry", "position", "key", "digest"), self.lines)

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        names = ", ".join(f'"{c}"' for c in columns)
        if not isinstance(self.engine, PostgresEngine):
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)
            return
        # A statement for each of ten million rows, and a look for what each refers to, would take half an hour.
        self.engine.held.execute("SET LOCAL session_replication_role = replica")
        with self.engine.held.cursor().copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


def _week(bulk: _Bulk, week: str, size: int, rng: random.Random, *, is_open: bool) -> None:
    monday = date.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
    at = f"{monday.isoformat()}T08:00:00Z"
    end = f"{(monday + timedelta(days=6)).isoformat()}T20:00:00Z"
    bulk.add(
        [
            Week(
                name=week, opened_at=at, opened_by=LEAD, due=end[:10], seed="s", unit="session", overlap=1.0,
                overlap_raters=2, raters=RATERS, rubric_version=1, minutes=60.0,
            )
        ],
    )  # fmt: skip
    draw = f"draw-{week}"
    population = sum(n for n, _ in STRATA.values())
    frame = {"rows": population, "verdicts": _counts()}
    bulk.add(
        [
            Draw(
                id=draw, week=week, at=at, by=LEAD, source="log", seed="s", key_rule="md5", rate=0.01, frame=frame,
                digest="0" * 32,
            )
        ],
    )  # fmt: skip
    shares = {name: drawn * size // ITEMS for name, (_, drawn) in STRATA.items()}
    bulk.add(
        [
            Stratum(
                id=f"{draw}:{name}", draw_id=draw, week=week, name=name, population=of_group, sampled=shares[name],
                probability=shares[name] / of_group,
            )
            for name, (of_group, _) in STRATA.items()
        ],
    )  # fmt: skip
    bulk.add(
        [
            Import(
                id=f"import-{week}", at=at, by=LEAD, file=f"{week}.jsonl", format="plain", source="production",
                read=population, added=population, duplicate=0, changed=0, rejected=0, undated=0,
            )
        ],
    )  # fmt: skip
    strata = [name for name, n in shares.items() for _ in range(n)]
    items = [f"{week}-{k:04d}" for k in range(len(strata))]
    bulk.add((_conversation(f"c-{i}", week, at, k) for k, i in enumerate(items)))
    bulk.add(
        (
            Item(id=i, conversation_id=f"c-{i}", week=week, at=at, draw_id=draw, stratum=s, overlap=True)
            for i, s in zip(items, strata, strict=True)
        ),
    )
    pairs = [(i, RATERS[(k + step) % len(RATERS)]) for k, i in enumerate(items) for step in (0, 7)]
    bulk.add(
        (
            Assignment(
                id=f"a-{i}-{r}", item_id=i, rater_id=r, week=week, position=k, rubric_version=1, at=at, by=LEAD
            )
            for k, (i, r) in enumerate(pairs)
        ),
    )  # fmt: skip
    truth = {i: _labels(rng) for i in items}
    bulk.add(_verdicts(truth, at, rng))
    bulk.entry(at, LEAD, "sample", week, {"draw": draw, "items": len(items)})
    said = [_annotation(i, r, truth[i], monday, rng) for i, r in (pairs[: len(pairs) // 2] if is_open else pairs)]
    bulk.add_each(said, lambda n: (n.rater_id, "annotation", n.assignment_id, {"submission": n.submission_id}))
    flags = [
        Flag(submission_id=f"f-{i}", item_id=i, rater_id=RATERS[0], at=at, kind="unclear")
        for i in items
        if rng.random() < 0.01
    ]
    bulk.add_each(flags, lambda f: (f.rater_id, "flag", f.item_id, {"submission": f.submission_id}))
    if not is_open:
        decided = _adjudications(said, truth, end, rng)
        bulk.add_each(decided, lambda a: (a.adjudicator, "adjudicate", a.item_id, {"adjudication": a.id}))
        closing = WeekClosing(week, end, LEAD, {"reviewed": {"open": 0, "total": len(said)}})
        bulk.add_each([closing], lambda c: (c.by, "close", c.week, {"reason": c.reason, **c.checklist}))


def _counts() -> dict[str, Any]:
    """Return the verdicts of the judge over all traffic, by group."""
    return {
        name: {"judge": {"correctness": {"wrong": n // 10, "correct": n - n // 10}, "politeness": {"neutral": n}}}
        for name, (n, _) in STRATA.items()
    }


def _conversation(identity: str, week: str, at: str, k: int) -> Conversation:
    return Conversation(
        id=identity,
        source="production",
        source_id=identity,
        created_at=at,
        week=week,
        messages=(
            {"role": "user", "content": f"Where is order {k}? Nothing has arrived since I ordered it. " * 5},
            {"role": "assistant", "content": f"Order {k} is on its way and should be with you within three days. " * 8},
        ),
        steps=({"name": "intent", "output": "order status"},),
        sql="SELECT id, state FROM shop.orders WHERE id = 4711",
        user_id=f"u{k % 900}",
        checks={"length": {"flagged": False, "value": 300}},
    )


def _labels(rng: random.Random) -> dict[str, Any]:
    correctness = rng.choices(("wrong", "partly", "correct"), (8, 12, 80))[0]
    labels: dict[str, Any] = {
        "correctness": correctness,
        "intent": rng.choice(("order_status", "return", "refund", "shipping", "other")),
        "politeness": rng.choices(("rude", "neutral", "friendly"), (3, 57, 40))[0],
    }
    if correctness != "correct":
        labels["reasons"] = [rng.choice(("wrong_fact", "incomplete", "misunderstood"))]
    return labels


def _annotation(item: str, rater: str, truth: dict[str, Any], monday: date, rng: random.Random) -> Annotation:
    labels = truth if rng.random() < 0.9 else _labels(rng)
    at = f"{monday + timedelta(days=rng.randrange(5))}T{rng.randrange(8, 18):02d}:00:00Z"
    return Annotation(
        submission_id=f"s-{item}-{rater}", assignment_id=f"a-{item}-{rater}", item_id=item, rater_id=rater,
        rubric_version=1, labels=labels, at=at, seconds=float(rng.randrange(10, 90)),
    )  # fmt: skip


def _verdicts(truth: dict[str, dict[str, Any]], at: str, rng: random.Random) -> Iterator[Verdict]:
    for item, labels in truth.items():
        given = labels if rng.random() < 0.85 else _labels(rng)
        for dimension in ("correctness", "politeness"):
            yield Verdict(
                id=f"v-{item}-{dimension}", item_id=item, judge="judge", version="log", dimension=dimension,
                value=given[dimension], at=at,
            )  # fmt: skip


def _adjudications(
    said: Sequence[Annotation], truth: dict[str, dict[str, Any]], at: str, rng: random.Random
) -> list[Adjudication]:
    """Settle half of the items whose two annotations differ."""
    differ = [a for a, b in zip(said[::2], said[1::2], strict=True) if a.labels != b.labels and rng.random() < 0.5]
    return [
        Adjudication(
            id=f"d-{n.item_id}", item_id=n.item_id, rubric_version=1, labels=truth[n.item_id],
            rationale="The policy says so.", adjudicator="ada", at=at, reason="slip",
        )
        for n in differ
    ]  # fmt: skip
