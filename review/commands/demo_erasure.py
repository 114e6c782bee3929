"""The last chapter of the demonstration: a customer asks to be forgotten, and two leads see it done and proven."""

from __future__ import annotations

from datetime import date

from review.demo.team import VISITOR
from review.erasure.requests import confirm, preview, request_erasure
from review.erasure.running import run
from review.people.people import add_person
from storage.store import Store

OFFICER = "nora"
"""The second lead, who looks after data protection."""
FIRST, TRIED = 7, 50
"""The number of the first customer who might ask, and how many there are to choose from."""


def erase_a_customer(store: Store, today: date) -> None:
    """Erase the first customer of a few who is in the log: one lead asks, another one confirms, the proof ends it."""
    add_person(store, OFFICER, role="lead", by=VISITOR)
    customers = (f"customer-{number:04d}" for number in range(FIRST, FIRST + TRIED))
    asked = next((one for one in customers if preview(store, "user", one, by=VISITOR)), None)
    if asked is None:
        return
    request = request_erasure(store, "user", asked, by=VISITOR).request.id
    confirm(store, request, by=OFFICER)
    run(store, request, by=OFFICER)
