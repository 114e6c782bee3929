"""The currency of costs, as the project names it."""

from __future__ import annotations

from pages.parts.shared.session import Session
from review.basics.errors import ReviewError
from review.settings.project import project_of


def currency_of(here: Session) -> str:
    """Return the currency of the project's costs; "" while it is not set or the settings cannot be read."""
    try:
        return project_of(here.store.path).judges.currency
    except ReviewError:
        return ""


def titled(title: str, currency: str) -> str:
    """Return the title of a figure; that of a cost has its currency behind it: "cost per answer, EUR". Pure."""
    return f"{title}, {currency}" if currency and "cost" in title.lower().split() else title
