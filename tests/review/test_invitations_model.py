"""Links, logins and roles in any order: the store lets in exactly those whom a small model lets in."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from examples import examples
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from review.audit.verifying import check_store
from review.basics.clock import shifted
from review.basics.errors import Refused
from review.people.identity import Visitor
from review.people.invitations import (
    INVITATION_DAYS,
    LOGIN_DAYS,
    NewLink,
    invitations,
    invite,
    invite_first_lead,
    leave,
    use,
    withdraw,
)
from review.people.link_cookie import cookie_value, read_cookie, visitor_of
from review.people.people import add_person, people
from storage.opening import open_store

NAMES = ("lea", "ana", "ben")
ROLES = ("annotator", "adjudicator", "lead")


@dataclass(kw_only=True)
class Link:
    """What the model knows of a link. ``changes`` is how often the person's role had changed when it was made."""

    made: NewLink
    name: str
    role: str
    by: str
    day: float
    changes: int
    open: bool = True


@dataclass
class Login:
    cookie: str
    name: str
    day: float
    live: bool = True


@dataclass
class Model:
    """Who has which role, and what is still good."""

    roles: dict[str, str] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)
    day: float = 0.0

    def leads(self) -> list[str]:
        return [name for name, role in self.roles.items() if role == "lead"]

    def give(self, name: str, role: str) -> None:
        self.roles[name] = role
        self.changes[name] = self.changes.get(name, 0) + 1

    def end_logins(self, name: str) -> None:
        for login in self.logins:
            login.live = login.live and login.name != name

    def waits(self, link: Link) -> bool:
        fresh = self.day < link.day + INVITATION_DAYS
        return link.open and fresh and link.changes == self.changes.get(link.name, 0)


class Links(RuleBasedStateMachine):
    """One store and one model, told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="links-"))
        self.store = open_store(self.folder / "spotcheck.db")
        self.model = Model()
        first = invite_first_lead(self.store)
        assert first is not None
        login = use(self.store, first.token, name="lea")
        self.model.give("lea", "lead")
        self.model.logins.append(Login(cookie_value(self.store, login), "lea", 0.0))

    def teardown(self) -> None:
        assert check_store(self.store).holds
        self.store.close()
        shutil.rmtree(self.folder)

    def at_this_time(self) -> Any:
        return shifted(timedelta(days=self.model.day))

    @rule(name=st.sampled_from(NAMES), role=st.sampled_from(ROLES), by=st.sampled_from(NAMES))
    def somebody_invites(self, name: str, role: str, by: str) -> None:
        model = self.model
        with self.at_this_time():
            try:
                made = invite(self.store, name, role=role, by=by)
            except Refused:
                assert model.roles.get(by) != "lead"
                return
        assert model.roles.get(by) == "lead"
        for older in model.links:
            older.open = older.open and not (older.name == name and model.waits(older))
        if by != name:
            model.end_logins(name)
        changes = model.changes.get(name, 0)
        model.links.append(Link(made=made, name=name, role=role, by=by, day=model.day, changes=changes))

    @precondition(lambda self: self.model.links)
    @rule(data=st.data())
    def somebody_uses_a_link(self, data: Any) -> None:
        model = self.model
        link = data.draw(st.sampled_from(model.links))
        fine = model.waits(link) and model.roles.get(link.by) == "lead"
        last_lead = model.leads() == [link.name] and link.role != "lead"
        with self.at_this_time():
            try:
                login = use(self.store, link.made.token)
            except Refused:
                assert not fine or last_lead
                return
            cookie = cookie_value(self.store, login)
        assert fine and not last_lead and (login.person.id, login.person.role) == (link.name, link.role)
        link.open = False
        if model.roles.get(link.name) != link.role:
            model.give(link.name, link.role)
        model.end_logins(link.name)
        model.logins.append(Login(cookie, link.name, model.day))

    @precondition(lambda self: self.model.links)
    @rule(data=st.data(), by=st.sampled_from(NAMES))
    def somebody_withdraws_a_link(self, data: Any, by: str) -> None:
        link = data.draw(st.sampled_from(self.model.links))
        fine = self.model.waits(link) and self.model.roles.get(by) == "lead"
        with self.at_this_time():
            try:
                withdraw(self.store, link.made.invitation.id, by=by)
            except Refused:
                assert not fine
                return
        assert fine
        link.open = False

    @rule(name=st.sampled_from(NAMES), role=st.sampled_from((*ROLES, "none")))
    def a_role_changes(self, name: str, role: str) -> None:
        with self.at_this_time():
            try:
                add_person(self.store, name, role=role, by="lea")
            except Refused:
                assert self.model.leads() == [name] and role != "lead"
                return
        self.model.give(name, "" if role == "none" else role)

    @rule(data=st.data())
    def somebody_leaves(self, data: Any) -> None:
        login = data.draw(st.sampled_from(self.model.logins))
        found = read_cookie(self.store, [login.cookie])
        assert found is not None
        with self.at_this_time():
            leave(self.store, *found)
        login.live = False

    @rule(days=st.sampled_from((0.5, 3.0, 7.0, 30.0)))
    def time_passes(self, days: float) -> None:
        self.model.day += days + 0.01

    @invariant()
    def the_store_lets_in_whom_the_model_lets_in(self) -> None:
        model = self.model
        with self.at_this_time():
            for login in model.logins:
                inside = isinstance(visitor_of(self.store, [login.cookie]), Visitor)
                assert inside == (login.live and model.day < login.day + LOGIN_DAYS), login
            waiting = {one.id for one in invitations(self.store)}
        assert waiting == {link.made.invitation.id for link in model.links if model.waits(link)}
        assert {p.id: p.role for p in people(self.store)} == model.roles
        assert model.leads()


Links.TestCase.settings = examples(25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
TestLinks = Links.TestCase
