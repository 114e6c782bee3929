"""A login that ends while work is unsent: it waits in the browser for the same person, and goes up as nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import AT, THREE, WEEK, _free_port, build_store
from annotate_desk import KEYS, LABELS, ROOT, all_saved, at_item, checked, press
from oidc_provider import CLIENT, Provider, provider
from raw_client import CLOCK, CLOCK_APP, served

from review.people.people import add_person
from storage.records_review import Annotation
from storage.records_weeks import Assignment
from storage.store import Store

pytestmark = pytest.mark.browser
pytest.importorskip("authlib", reason="Authlib is not installed: pip install '.[auth]'")
ANA, BEN = {"sub": "1", "name": "Ana Sommer"}, {"sub": "2", "name": "Ben Winter"}
HOUR = 3600.0


class House(NamedTuple):
    """The provider, the store, the address of the application, and the file that moves its clock."""

    provider: Provider
    store: Store
    url: str
    clock: Path


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Ana and Ben annotate, known before they log in; the items of bob are dealt to both."""
    store, port = build_store(tmp_path / "spotcheck.db", items=6, raters=("bob",), rubric=THREE), _free_port()
    with provider() as told:
        (tmp_path / "spotcheck.toml").write_text('[access]\nmode = "oidc"\n')
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"0123456789" * 4}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "none"\n'
            f'server_metadata_url = "{told.url}/.well-known/openid-configuration"\n'
        )
        for somebody in (ANA, BEN):
            who = add_person(
                store, somebody["name"], role="annotator", by="lea", issuer=told.url, subject=somebody["sub"]
            )
            for old in store.find(Assignment, rater_id="bob"):
                new = f"{somebody['sub']}-{old.item_id}"
                store.add(
                    Assignment(
                        id=new,
                        item_id=old.item_id,
                        rater_id=who.id,
                        week=WEEK,
                        position=old.position,
                        rubric_version=old.rubric_version,
                        at=AT,
                        by="lea",
                    )
                )
        clock = tmp_path / "seconds"
        clock.write_text("0")
        with served(Path(store.path), {CLOCK: str(clock)}, port=port, app=CLOCK_APP):
            yield House(told, store, f"http://127.0.0.1:{port}", clock)


def log_in(house: House, page: Any, user: dict[str, str], *, seconds: float = HOUR) -> None:
    house.provider.user, house.provider.seconds = user, seconds
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(f"text={user['name']} · annotator")


def annotating(house: House, page: Any, user: dict[str, str]) -> None:
    page.goto(f"{house.url}/annotate?week={WEEK}")
    page.wait_for_selector(f"{ROOT}[data-assignment^='{user['sub']}-']")


def test_what_was_unsent_when_the_login_ended_arrives_after_the_same_person_logs_in_again(
    context: Any, house: House
) -> None:
    page = context.new_page()
    page.goto(f"{house.url}/annotate")
    log_in(house, page, ANA)
    annotating(house, page, ANA)
    page.evaluate("window.__send = WebSocket.prototype.send; WebSocket.prototype.send = () => undefined")
    for k in range(2):
        at_item(page, f"1-item-{k:04d}")
        press(page, *KEYS)
    at_item(page, "1-item-0002")
    press(page, "2")
    page.wait_for_selector("text=2 to save, kept here")
    house.clock.write_text(str(2 * HOUR))
    page.evaluate("() => { WebSocket.prototype.send = window.__send; }")  # the network is back, the login is not
    page.wait_for_selector("text=Your login ended")
    assert house.store.find(Annotation) == []

    log_in(house, page, BEN, seconds=3 * HOUR)  # somebody else at the same browser
    annotating(house, page, BEN)
    all_saved(page)
    press(page, "1")
    assert house.store.find(Annotation) == []
    page.get_by_role("button", name="Log out").click()
    page.wait_for_selector("role=button[name='Log in']")

    log_in(house, page, ANA, seconds=3 * HOUR)
    annotating(house, page, ANA)
    at_item(page, "1-item-0002")
    all_saved(page)
    assert [(n.assignment_id, n.labels) for n in house.store.find(Annotation)] == [
        ("1-item-0000", LABELS),
        ("1-item-0001", LABELS),
    ]
    assert checked(page, "correctness") == ["partly"]
