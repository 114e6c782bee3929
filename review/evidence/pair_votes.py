"""From the store to the statistics on pairs: the votes that count, with the names of the answers."""

from __future__ import annotations

from collections.abc import Sequence

from review.current.assignments import closing_of, owed_items
from review.statistics.preference.votes import CHOICES, PairVote
from storage.queries.pairs import pairs_of_weeks, votes_of_week
from storage.store import Store


def pair_votes(store: Store, weeks: Sequence[str], *, viewer: str | None = None) -> list[PairVote]:
    """Return the votes on the pairs of some weeks; without those on pairs that ``viewer`` still has to judge.

    An open week in which ``viewer`` voted is left out as a whole: together with their own votes its figures would tell
    which answer is whose, while the votes can still be changed.
    """
    pairs, owed = pairs_of_weeks(store, weeks), owed_items(store, viewer) if viewer else set()
    given = {week: votes_of_week(store, week) for week in weeks}
    if viewer:
        mine = [week for week, votes in given.items() if any(vote.rater_id == viewer for vote in votes)]
        given |= {week: [] for week in mine if closing_of(store, week) is None}
    return [
        PairVote(
            item=vote.item_id,
            rater=vote.rater_id,
            a=pairs[vote.item_id].name_a,
            b=pairs[vote.item_id].name_b,
            choice=vote.choice,
            first=vote.sides[:1],
        )
        for votes in given.values()
        for vote in votes
        if vote.item_id not in owed and vote.choice in CHOICES
    ]
