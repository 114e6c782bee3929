"""Votes on pairs as a file: written from the store, and read again for the figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from review.audit import chain
from review.audit.store_secrets import hmac_key
from review.basics.errors import InputError, NothingToDo
from review.basics.tables import read_table
from review.exchange.items import write_table
from review.people.people import require
from review.privacy.hidden_spans import conversations, spans_by_conversation, without
from review.statistics.preference.votes import CHOICES, PairVote
from storage.queries.items import weeks_with_items
from storage.queries.pairs import PAIR, pairs_of_weeks, votes_of_week
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_review import Annotation
from storage.records_weeks import Pair
from storage.store import Store

PREFERENCES = ("id", "prompt", "chosen", "rejected", "chosen_model", "rejected_model", "votes")
"""The fields of a record of preferences."""
READ = ("item", "rater", "a", "b", "choice")
COLUMNS = (*READ, "first", "at", "comment", "late", "origin", "source_id", "week")
"""``a`` and ``b`` name the answers, ``choice`` is a, b, tie or both_bad, ``first`` the answer that stood first."""


def export_pairs(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write every vote on a pair that counts as CSV, JSON Lines or Parquet, by the ending of ``target``.

    Returns the rows. Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given,
    NothingToDo when there is no vote.
    """
    require(store, by, "adjudicator")
    weeks = weeks_with_items(store)
    pairs, names = pairs_of_weeks(store, weeks), {r.id: r.name for r in store.find(Rater)}
    votes = [(week, vote) for week in weeks for vote in votes_of_week(store, week)]
    if not votes:
        raise NothingToDo("the store holds no vote on a pair yet; there is nothing to export.")
    comments = _comments(store, {v.submission_id: v.item_id for _, v in votes})
    rows: list[dict[str, Any]] = [
        {
            "item": v.item_id,
            "rater": names[v.rater_id],
            "a": pairs[v.item_id].name_a,
            "b": pairs[v.item_id].name_b,
            "choice": v.choice,
            "first": v.sides[:1],
            "at": v.at,
            "comment": comments[v.submission_id],
            "late": v.late,
            "origin": pairs[v.item_id].origin,
            "source_id": pairs[v.item_id].source_id,
            "week": week,
        }
        for week, v in votes
    ]
    with store.transaction():
        chain.record(store, by, "export pairs", target.name, rows=len(rows))
        write_table(target, COLUMNS, rows, force=force)
    return len(rows)


def export_preferences(store: Store, target: Path, *, by: str, force: bool = False) -> int:
    """Write each pair that most of its votes decide as a record of preferences (DPO): prompt, chosen, rejected.

    JSON Lines with masked texts and without hidden words, as trl and other trainers read it. Ties and votes that find
    both bad decide nothing; a pair with as many votes for either answer is left out. Returns the records.
    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is not given, InputError for
    another ending than .jsonl, NothingToDo when no pair is decided.
    """
    require(store, by, "adjudicator")
    if target.suffix != ".jsonl":
        raise InputError(f"{target}: found the ending {target.suffix!r}, expected .jsonl.")
    weeks = weeks_with_items(store)
    pairs, votes = pairs_of_weeks(store, weeks), dict[str, Counter[str]]()
    for week in weeks:
        for vote in votes_of_week(store, week):
            votes.setdefault(vote.item_id, Counter())[vote.choice] += 1
    decided = {item: n for item, n in votes.items() if n["a"] != n["b"]}
    talks = conversations(store, list(decided))
    rows = [_preference(pairs[item], talks[item], n) for item, n in decided.items()]
    if not rows:
        raise NothingToDo("no pair has more votes for one of its answers yet; there is nothing to export.")
    with store.transaction():
        chain.record(store, by, "export preferences", target.name, rows=len(rows))
        write_table(target, PREFERENCES, rows, force=force)
    return len(rows)


def _preference(pair: Pair, talk: Conversation, votes: Counter[str]) -> dict[str, Any]:
    better, worse = ("a", "b") if votes["a"] > votes["b"] else ("b", "a")
    names, answers = {"a": pair.name_a, "b": pair.name_b}, talk.metadata[PAIR]
    return {
        "id": pair.source_id or pair.item_id,
        "prompt": list(talk.messages),
        "chosen": answers[better],
        "rejected": answers[worse],
        "chosen_model": names[better],
        "rejected_model": names[worse],
        "votes": {
            "chosen": votes[better],
            "rejected": votes[worse],
            "tie": votes["tie"],
            "both_bad": votes["both_bad"],
        },
    }


def _comments(store: Store, items: dict[str, str]) -> dict[str, str]:
    """Return the comment of each submission without hidden words; the conversation of a pair has the pair's id."""
    spans = spans_by_conversation(store, sorted(set(items.values())))
    key = hmac_key(store)
    return {
        n.submission_id: str(without(n.comment, spans.get(n.item_id, []), key)) if n.comment else ""
        for n in store.find(Annotation, submission_id=list(items))
    }


def read_votes(path: str) -> list[PairVote]:
    """Return the votes of a table. Raises InputError for a choice that is none, and for two votes of one person."""
    votes: dict[tuple[str, str], PairVote] = {}
    for row in read_table(path, required=READ, optional=("first",)).rows:
        item, rater, choice, first = row.required("item"), row.required("rater"), row.text("choice"), row.text("first")
        if choice not in CHOICES:
            raise row.error("choice", choice, f"one of {', '.join(CHOICES)}")
        if first not in ("", "a", "b"):
            raise row.error("first", first, "a or b, the answer that stood first, or nothing")
        if (item, rater) in votes:
            raise row.error("rater", rater, f"one vote of each person on a pair; {rater} votes again on {item}")
        names = row.required("a"), row.required("b")
        votes[item, rater] = PairVote(item=item, rater=rater, a=names[0], b=names[1], choice=choice, first=first)
    return list(votes.values())
