"""Whose data is erased, and everything that leads to it: users and conversations, items, golden examples, texts."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from review.basics.errors import Refused
from review.basics.log_paths import LogPaths, log_of
from review.log.erasing import Leaving
from review.log.log import conversations_named
from review.log.of_users import conversations_of
from review.people.people import person
from review.privacy.user_ids import user_hash
from review.sources.names import plain_name
from storage.records_failures import GoldenProposal, ProposalDecision
from storage.records_golden import GoldenExample
from storage.records_log import Conversation
from storage.records_people import Rater
from storage.records_weeks import Item
from storage.store import Store

USER, CONVERSATION, REVIEWER = "user", "conversation", "reviewer"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whose data it is, and what leads to it.

    ``request`` is the id of the erasure, ``given`` the id as somebody gave it. ``users`` are ids as the log has them.
    ``examples`` are golden examples, also those made from others, ``proposals`` the ids of proposed ones. ``texts`` are
    looked for everywhere. ``reviewer`` is the id of an erased reviewer, which ``alias`` takes the place of.
    ``leaving`` says what leaves the log, None until that is known. ``single`` are the reviewer's id and name where they
    are single words, and ``word`` finds them in what colleagues wrote.
    """

    request: str
    kind: str
    given: str
    users: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    examples: frozenset[str] = frozenset()
    proposals: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    reviewer: str = ""
    leaving: Leaving | None = field(default=None, compare=False)
    single: tuple[str, ...] = field(default=(), compare=False)
    word: re.Pattern[str] | None = field(default=None, compare=False)

    @property
    def alias(self) -> str:
        """The id that stands for the erased user or reviewer, so that they can still be counted."""
        return f"{'reviewer' if self.kind == REVIEWER else 'erased'}-{self.request[:12]}"

    def names(self) -> dict[str, frozenset[str]]:
        """Return the ids by kind of thing, as rules of tables name them."""
        return {
            "users": self.users,
            "conversations": self.conversations,
            "items": self.items,
            "examples": self.examples,
            "proposals": self.proposals,
            "subjects": self.items | self.examples | self.conversations,
            "origins": self.examples | self.conversations,
            "reviewers": frozenset((self.reviewer, self.alias)) if self.reviewer else frozenset(),
        }


def person_of(store: Store, request: str, kind: str, given: str, also: Collection[str] = ()) -> Person:
    """Return whose data an id means. ``also`` are conversations that were known to be theirs before.

    Raises InputError for a user that no id can be, UnknownError for an unknown reviewer, Refused for one with a role.
    """
    if kind == REVIEWER:
        whose = Person(request=request, kind=kind, given=given, reviewer=given)
        # An erasure that was cut off may have given the anonymous id already.
        done = store.get(Rater, whose.alias) is not None
        return whose if done else replace(whose, reviewer=_without_role(store, given))
    log = log_of(store.path)
    users = frozenset((user_hash(store, given),)) if kind == USER else frozenset()
    own = set(also) | (_named(store, log, given) if kind == CONVERSATION else set())
    found = own | _of_users(store, log, users)
    items = frozenset(i.id for i in store.find(Item, conversation_id=sorted(found)))
    examples, proposals = _golden(store, found)
    return Person(
        request=request,
        kind=kind,
        given=given,
        users=users,
        conversations=frozenset(found),
        items=items,
        examples=frozenset(examples),
        proposals=frozenset(proposals),
    )


def _without_role(store: Store, given: str) -> str:
    found = person(store, given)
    if found.role:
        raise Refused(
            f"{found.id} still has the role {found.role}. Hand their open items over and take the role away first, on "
            "the Settings page."
        )
    return found.id


def _named(store: Store, log: LogPaths, given: str) -> set[str]:
    """Return the conversations that a name means: its id, or its id in its own source."""
    names = list(dict.fromkeys((given, plain_name(store, given))))
    logged = {one.id for one in conversations_named(log, names).values()}
    rows = [*store.find(Conversation, id=names), *store.find(Conversation, source_id=names)]
    held = {row.id for row in rows}
    return logged | held or {names[-1]}


def _of_users(store: Store, log: LogPaths, users: Collection[str]) -> set[str]:
    held = {c.id for c in store.find(Conversation, user_id=sorted(users))} if users else set[str]()
    return held | conversations_of(log, users)


def _golden(store: Store, conversations: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the golden examples of some conversations with those made from them, and the ids of such proposals."""
    examples = {e.example_id for e in store.find(GoldenExample, conversation_id=sorted(conversations))}
    made, proposals = {d.proposal_id: d.example_id for d in store.find(ProposalDecision)}, set[str]()
    waiting = store.find(GoldenProposal)
    while True:
        new = [p for p in waiting if p.id not in proposals and p.origin in examples.union(conversations)]
        if not new:
            return examples, proposals
        proposals |= {p.id for p in new}
        examples |= {made[p.id] for p in new if made.get(p.id)}
