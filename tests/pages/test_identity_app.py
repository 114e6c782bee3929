"""The pages when people log in: no page without a login and a role, and the store decides anew on each run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import app_pages
import pytest
import streamlit
from app_pages import ROUTER, TIMEOUT
from streamlit.testing.v1 import AppTest

from review.basics.errors import Refused
from review.closing.closing import close_week
from review.current.assignments import closing_of
from review.golden.approve import bulk_approve
from review.golden.releases import release
from review.people.identity import Visitor
from review.people.people import add_person, arrived, person
from review.privacy.reveal import revealed
from review.settings.access import NAMES_ARE_ENOUGH
from review.settling.adjudication import adjudicate
from review.week.dealing import redistribute
from storage.records_people import AuditEntry, Rater
from storage.records_weeks import Item, Week
from storage.store import Store

ISSUER = "https://login.example.org"


def claims(name: str, **changes: Any) -> dict[str, Any]:
    now = time.time()
    return {
        "is_logged_in": True, "iss": ISSUER, "sub": f"sub-{name}", "name": name, "iat": now - 5, "exp": now + 3600,
    } | changes  # fmt: skip


@pytest.fixture
def oidc(demo: Store) -> Store:
    """The demonstration where people log in: Ada annotates, Otto leads, Nele has no role."""
    (demo.path.parent / "spotcheck.toml").write_text('[access]\nmode = "oidc"\n')
    for name, role in (("Ada", "annotator"), ("Otto", "lead")):
        add_person(demo, name, role=role, by="visitor", issuer=ISSUER, subject=f"sub-{name}")
    return demo


def start(store: Store, monkeypatch: pytest.MonkeyPatch, user: dict[str, Any], page: str = "", **query: str) -> AppTest:
    monkeypatch.setenv("SPOTCHECK_STORE", str(store.path))
    at = AppTest.from_file(str(ROUTER), default_timeout=TIMEOUT)
    at.user = user
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    if page:
        at.switch_page(f"{page}.py").run()
    assert not at.exception, [e.value for e in at.exception]
    return at


def texts(at: AppTest) -> str:
    kinds = (at.title, at.subheader, at.markdown, at.text, at.caption, at.info, at.warning, at.error, at.sidebar.text)
    return "\n".join(str(e.value) for kind in kinds for e in kind)


def shows_nothing(at: AppTest, store: Store) -> bool:
    """The page shows no widget, no week and no name of a colleague."""
    said = texts(at) + repr([str(e) for e in at.main])
    return not (at.selectbox or at.dataframe or at.tabs or store.find(Week)[-1].name in said or "mara" in said)


def test_without_a_login_no_page_shows_anything(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in app_pages.pages():
        at = start(oidc, monkeypatch, {}, page, rater="mara")
        assert at.button("visitor_login").label == "Log in" and shows_nothing(at, oidc), page


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ({"is_logged_in": False}, ""),
        ({"email": "otto@example.org"}, ""),
        (claims("Otto", exp=time.time() - 3600), "Your login ended at"),
        (claims("Otto", exp=None), "does not say when it ends"),
        (claims("Otto", sub=""), "names no issuer and subject"),
        (claims("Otto", iss=""), "names no issuer and subject"),
        (claims("Otto", is_logged_in="yes"), ""),
    ],
    ids=["logged-out", "only-mail", "expired", "no-exp", "no-sub", "no-iss", "not-true"],
)
def test_an_invalid_login_shows_nothing(
    oidc: Store, monkeypatch: pytest.MonkeyPatch, user: dict[str, Any], why: str
) -> None:
    before = len(oidc.find(Rater))
    at = start(oidc, monkeypatch, user, "week", rater="mara")
    assert at.button("visitor_login").label == "Log in" and why in texts(at)
    assert shows_nothing(at, oidc) and len(oidc.find(Rater)) == before


@pytest.mark.parametrize("name", ["Nele", "visitor", "Otto"])
def test_a_first_login_has_no_role_and_no_page_whatever_its_name(
    oidc: Store, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stranger = claims(name, sub="stranger")
    for page in app_pages.pages():
        at = start(oidc, monkeypatch, stranger, page, rater="mara")
        assert "No role yet" in texts(at) and shows_nothing(at, oidc), page
    made = [r for r in oidc.find(Rater) if r.subject == "stranger"]
    assert len(made) == 1 and made[0].name not in ("visitor", "Otto") and made[0].id in texts(at)
    assert [e.action for e in oidc.find(AuditEntry) if e.subject == made[0].id] == ["first login"]


@pytest.mark.parametrize("asked", ["visitor", "Otto"])
def test_a_rater_named_in_the_address_is_ignored(oidc: Store, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    at = start(oidc, monkeypatch, claims("Ada"), rater=asked)
    assert "Ada · annotator" in texts(at) and "session_choose_rater" not in {s.key for s in at.selectbox}
    at.switch_page("sampling.py").run()
    assert "needs the role lead; yours is annotator" in texts(at)


def test_a_change_of_role_takes_effect_at_once(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = start(oidc, monkeypatch, claims("Ada"), "adjudicate")
    ada = arrived(oidc, Visitor(ISSUER, "sub-Ada", "Ada")).id
    assert "needs the role adjudicator" in texts(at)
    add_person(oidc, ada, role="adjudicator", by="visitor")
    at.run()
    assert "needs the role" not in texts(at) and at.segmented_control
    add_person(oidc, ada, role="none", by="visitor")
    at.run()
    assert "No role yet" in texts(at) and not at.segmented_control


def test_a_button_does_nothing_after_losing_the_role(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = start(oidc, monkeypatch, claims("Otto"), "week")
    week = oidc.find(Week, order_by="name")[-1].name
    at.text_input("weekly_reason").input("mine")
    add_person(oidc, arrived(oidc, Visitor(ISSUER, "sub-Otto", "Otto")).id, role="annotator", by="visitor")
    at.button("weekly_close").click().run()
    assert not at.exception and closing_of(oidc, week) is None


def test_the_end_of_a_login_ends_the_open_page(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = start(oidc, monkeypatch, claims("Otto"), "settings")
    assert at.tabs
    at.user = claims("Otto", exp=time.time() - 31)
    at.run()
    assert "Your login ended" in texts(at) and shows_nothing(at, oidc)


def test_a_changed_settings_file_opens_no_running_server(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = start(oidc, monkeypatch, {}, "week")
    (oidc.path.parent / "spotcheck.toml").unlink()
    at.run()
    assert at.button("visitor_login") and shows_nothing(at, oidc)


def test_people_who_log_in_are_not_among_the_names_to_choose(oidc: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (oidc.path.parent / "spotcheck.toml").unlink()
    at = start(oidc, monkeypatch, {}, rater="otto")
    names = at.selectbox("session_choose_rater").options
    assert not [n for n in names if n.startswith(("Otto", "Ada"))] and len(names) > 3


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", None])
def test_a_server_with_free_names_on_another_address_shows_nothing(
    demo: Store, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    asked = streamlit.get_option
    monkeypatch.setattr(streamlit, "get_option", lambda key: address if key == "server.address" else asked(key))
    at = start(demo, monkeypatch, {}, "week", rater="visitor")
    assert "people choose their own name" in texts(at) and shows_nothing(at, demo)
    # The open page checks again too, after the address of the server has changed.
    monkeypatch.setattr(streamlit, "get_option", asked)
    at = start(demo, monkeypatch, {}, rater="visitor")
    monkeypatch.setattr(streamlit, "get_option", lambda key: address if key == "server.address" else asked(key))
    at.switch_page("settings.py").run()
    assert "people choose their own name" in texts(at) and shows_nothing(at, demo)
    monkeypatch.setenv(NAMES_ARE_ENOUGH, "yes")
    assert "Week" in texts(start(demo, monkeypatch, {}, "week", rater="visitor"))


def test_a_proxy_mode_without_its_secret_shows_nothing(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (demo.path.parent / "spotcheck.toml").write_text('[access]\nmode = "proxy"\nallowed_hosts = ["r.example"]\n')
    monkeypatch.delenv("SPOTCHECK_PROXY_SECRET", raising=False)
    at = start(demo, monkeypatch, {"proxy_user": "visitor"}, "week", rater="visitor")
    assert "SPOTCHECK_PROXY_SECRET is not set" in texts(at).replace("\\", "") and shows_nothing(at, demo)
    monkeypatch.setenv("SPOTCHECK_PROXY_SECRET", "0123456789abcdef")
    at = start(demo, monkeypatch, {"proxy_user": "visitor"}, "week", rater="visitor")
    assert "did not come through the proxy" in texts(at) and shows_nothing(at, demo)


def _item(store: Store) -> str:
    return store.find(Item)[0].id


DEEDS: dict[str, tuple[str, Callable[[Store, str], object]]] = {
    "close": ("lead", lambda s, who: close_week(s, s.find(Week)[-1].name, by=who, reason="x")),
    "hand over": (
        "lead",
        lambda s, who: redistribute(s, s.find(Week)[-1].name, rater="ana", to=["ben"], by=who, reason="x"),
    ),
    "reveal": ("lead", lambda s, who: revealed(s, s.find(Item)[0].conversation_id, by=who)),
    "settle": (
        "adjudicator",
        lambda s, who: adjudicate(s, _item(s), by=who, labels={"politeness": "rude"}, rationale="x"),
    ),
    "approve": ("adjudicator", lambda s, who: bulk_approve(s, [_item(s)], by=who)),
    "release": ("adjudicator", lambda s, who: release(s, "mine", by=who)),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("name", ["Ada", "Nele"])
def test_each_verb_refuses_people_without_its_role(oidc: Store, deed: str, name: str) -> None:
    who = arrived(oidc, Visitor(ISSUER, f"sub-{name}", name))
    role, act = DEEDS[deed]
    before = len(oidc.find(AuditEntry))
    with pytest.raises(Refused, match=f"this needs the role {role}; {who.id} has {who.role or 'no role'}"):
        act(oidc, who.id)
    assert len(oidc.find(AuditEntry)) == before and person(oidc, who.id) == who
