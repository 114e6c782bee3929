"""Make up people, goods and dates for the slots of a dialogue.

Contact data come from ranges reserved for examples: example.com (RFC 2606), 555-01xx telephone numbers, and the card
number 4111 1111 1111 1111 that payment providers publish for tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np

from review.demo.data_files import record, tables

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Product:
    """Something the shop sells, with its price in dollars."""

    name: str
    price: float


@dataclass(frozen=True, kw_only=True)
class Names:
    """The words that fill slots. ``areas`` are area codes of telephone numbers."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    product: tuple[Product, ...]
    cities: tuple[str, ...]
    colors: tuple[str, ...]
    sizes: tuple[str, ...]
    carriers: tuple[str, ...]
    codes: tuple[str, ...]
    areas: tuple[str, ...]


NAMES = record(Names, tables("slots"), "slots.toml")


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Return one of ``options``, each equally likely."""
    return options[int(rng.integers(len(options)))]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """Return True with the given probability."""
    return bool(rng.random() < probability)


def weighted(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """Return a key of ``shares``, each as likely as its share of the total."""
    left = rng.random() * sum(shares.values())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return next(reversed(list(shares)))


def day_text(day: date) -> str:
    """Return a day as ``Thursday 12 November``."""
    return f"{day:%A} {day.day} {day:%B}"


def fill_slots(rng: np.random.Generator, at: datetime) -> dict[str, str]:
    """Return the slots of a customer who writes at ``at``: person, order, parcel, and dates around that day."""
    first, last = pick(rng, NAMES.first), pick(rng, NAMES.last)
    product = pick(rng, NAMES.product)
    today = at.date()
    ordered = today - timedelta(days=int(rng.integers(5, 15)))
    shipped = ordered + timedelta(days=int(rng.integers(1, 4)))
    shipped += timedelta(days=1 if shipped.weekday() == 6 else 0)
    eta = today + timedelta(days=int(rng.integers(1, 6)))
    eta += timedelta(days=1 if eta.weekday() == 6 else 0)
    delivered = today - timedelta(days=int(rng.integers(1, 4)))
    return {
        "first": first,
        "last": last,
        "email": _email(rng, first, last),
        "phone": _phone(rng),
        "card": pick(rng, ("4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111")),
        "order": f"HR-{int(rng.integers(100000, 999999))}",
        "product": product.name,
        "price": f"${product.price:.2f}",
        "color": pick(rng, NAMES.colors),
        "size": pick(rng, NAMES.sizes),
        "city": pick(rng, NAMES.cities),
        "carrier": pick(rng, NAMES.carriers),
        "tracking": f"TRK{int(rng.integers(10**5, 10**6))}X",
        "code": pick(rng, NAMES.codes),
        "points": str(int(rng.integers(3, 60)) * 50),
        "order_date": day_text(ordered),
        "ship_date": day_text(shipped),
        "eta": day_text(eta),
        "delivered": day_text(delivered),
        "refund_by": day_text(_business_days_after(delivered, 7)),
        "ship_iso": shipped.isoformat(),
        "eta_iso": eta.isoformat(),
    }


def _business_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def capitalised(bindings: Mapping[str, str]) -> dict[str, str]:
    """Return ``bindings`` plus each text with a capital first letter, under its capitalised name."""
    return {**bindings, **{name.capitalize(): text[:1].upper() + text[1:] for name, text in bindings.items()}}


def _email(rng: np.random.Generator, first: str, last: str) -> str:
    joint = pick(rng, (".", "_", ""))
    number = str(int(rng.integers(2, 99))) if chance(rng, 0.4) else ""
    return f"{first}{joint}{last}{number}@{pick(rng, ('example.com', 'example.org', 'example.net'))}".lower()


def _phone(rng: np.random.Generator) -> str:
    area, line = pick(rng, NAMES.areas), int(rng.integers(100, 200))
    return pick(rng, (f"({area}) 555-0{line}", f"+1 {area} 555 0{line}", f"{area}-555-0{line}"))
