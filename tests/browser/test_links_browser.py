"""People come in by link: the first lead, an invitation on the Settings page, and somebody whose login ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe import AXE, grave
from page_at_rest import at_rest
from raw_client import served

from review.people.invitations import invitations, invite
from review.people.people import people
from review.serving.first_start import first_link, new_by_links
from storage.opening import open_store
from storage.store import Store

pytestmark = pytest.mark.browser


class House(NamedTuple):
    """A store that nobody leads, the application on it, and the first link."""

    store: Store
    url: str
    link: str


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    new_by_links(tmp_path / "spotcheck.db")
    store = open_store(tmp_path / "spotcheck.db", create=False)
    with served(store.path, {}) as port:
        link = first_link(store, f"http://127.0.0.1:{port}")
        assert link
        yield House(store, f"http://127.0.0.1:{port}", link)


def faults(page: Any) -> list[dict[str, Any]]:
    """What axe-core calls serious. The pages of links let no script in, so it comes by way of the debugger."""
    assert AXE is not None
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return grave(page, "main")


def seen(page: Any, text: str) -> None:
    page.get_by_text(text).first.wait_for()
    at_rest(page)


def test_a_team_comes_in_by_links(house: House, new_context: Callable[..., Any]) -> None:
    lead = new_context(fresh=True).new_page()
    lead.goto(house.link)
    assert not faults(lead) and not people(house.store)
    lead.keyboard.type("Lea")
    lead.keyboard.press("Enter")
    seen(lead, "Lea · lead")
    lead.goto(f"{house.url}/settings")
    lead.get_by_label("Name", exact=True).fill("Ana")
    lead.get_by_role("button", name="Make a link").click()
    shown = lead.locator(".st-key-inviting_link code")
    shown.wait_for()
    at_rest(lead)
    link = shown.inner_text().strip()
    assert link.startswith(f"{house.url}/invite/")
    lead.locator(".st-key-inviting_link").get_by_role("button", name="Copy").wait_for()
    lead.get_by_role("button", name="Done").click()
    shown.wait_for(state="detached")
    assert lead.get_by_text(link).count() == 0 and lead.get_by_role("button", name="Withdraw").count() == 1

    ana = new_context(fresh=True).new_page()
    ana.goto(link)
    assert not faults(ana) and len(people(house.store)) == 1
    ana.get_by_role("button", name="Enter").click()
    seen(ana, "Ana · annotator")
    assert "invite" not in ana.url and not invitations(house.store)

    invite(house.store, "Ana", role="annotator", by="lea")
    ana.get_by_role("link", name="Annotate").click()
    seen(ana, "Your login has ended")
    lead.reload()
    lead.get_by_role("button", name="Withdraw").click()
    lead.get_by_text("Open invitations").wait_for(state="detached")
    assert not invitations(house.store)


def test_a_lead_logs_out(house: House, new_context: Callable[..., Any]) -> None:
    context = new_context(fresh=True)
    lead = context.new_page()
    lead.goto(house.link)
    lead.get_by_label("Your name").fill("Lea")
    lead.get_by_role("button", name="Start").click()
    seen(lead, "Lea · lead")
    with context.expect_page() as opened:
        lead.get_by_role("link", name="Log out").click()
    opened.value.get_by_role("button", name="Log out").click()
    opened.value.get_by_role("heading", name="You are logged out").wait_for()
    lead.get_by_role("link", name="Settings").click()
    seen(lead, "Your login has ended")
