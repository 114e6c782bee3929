"""Made-up people, goods and dates for the slots of a dialogue.

Contact data lie in ranges reserved for examples: example.com (RFC 2606), 555-01xx telephone numbers, and the card
number 4111 1111 1111 1111 that payment providers publish for tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np

T = TypeVar("T")

FIRST = (
    "Alicia",
    "Ben",
    "Carla",
    "Dario",
    "Edith",
    "Farid",
    "Grace",
    "Hugo",
    "Imani",
    "Jonas",
    "Katya",
    "Liam",
    "Mei",
    "Nadia",
    "Omar",
    "Priya",
    "Quentin",
    "Rosa",
    "Samir",
    "Tara",
    "Umar",
    "Vera",
    "Wendy",
    "Xenia",
    "Yusuf",
    "Zoe",
    "Marta",
    "Niels",
    "Olga",
    "Pedro",
)
LAST = (
    "Abara",
    "Bergman",
    "Castellano",
    "Dvorak",
    "Eklund",
    "Fairley",
    "Grimaldi",
    "Haddad",
    "Ivers",
    "Jansky",
    "Kowal",
    "Lindqvist",
    "Marchetti",
    "Novak",
    "Okafor",
    "Pereira",
    "Quist",
    "Rahimi",
    "Stavros",
    "Tanaka",
    "Ulrich",
    "Vasquez",
    "Whitlock",
    "Yamada",
    "Zeller",
)
CITIES = ("Chicago", "Austin", "Seattle", "Columbus", "Tucson", "Baltimore", "Raleigh", "Omaha", "Madison", "Spokane")
PRODUCTS = (
    ("Larkfield kettle", 39.90),
    ("Tovel desk fan", 54.00),
    ("Aster linen duvet cover", 89.00),
    ("Nomi wireless speaker", 79.95),
    ("Brisa air purifier", 149.00),
    ("Holm bookshelf", 189.00),
    ("Pebble bath mat", 24.50),
    ("Corvo cast-iron pan", 44.90),
    ("Lumen reading lamp", 34.95),
    ("Fjell backpack", 69.00),
    ("Siena bar stool", 119.00),
    ("Mara wool throw", 59.00),
    ("Kumo rice cooker", 64.90),
    ("Tern garden chair", 84.00),
)
COLORS = ("navy", "sand", "forest green", "white", "charcoal", "terracotta")
SIZES = ("size M", "size L", "the 140 cm", "the 90 cm", "the larger")
CARRIERS = ("UPS", "FedEx", "USPS", "DHL")
CODES = ("AUTUMN15", "COZY20", "NEWS10", "FRIENDS15", "LATEFALL")
AREAS = ("202", "312", "415", "512", "617", "720")


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of ``options``, equally likely."""
    return options[int(rng.integers(len(options)))]


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(rng.random() < probability)


def weighted(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One key of ``shares``, as likely as its share of their total."""
    left = rng.random() * sum(shares.values())
    for name, share in shares.items():
        left -= share
        if left < 0:
            return name
    return next(reversed(list(shares)))


def day_text(day: date) -> str:
    """``Thursday 12 November``."""
    return f"{day:%A} {day.day} {day:%B}"


def fill_slots(rng: np.random.Generator, at: datetime) -> dict[str, str]:
    """Slots of one customer who writes at ``at``: person, order, parcel, dates around that day."""
    first, last = pick(rng, FIRST), pick(rng, LAST)
    product, price = pick(rng, PRODUCTS)
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
        "product": product,
        "price": f"${price:.2f}",
        "color": pick(rng, COLORS),
        "size": pick(rng, SIZES),
        "city": pick(rng, CITIES),
        "carrier": pick(rng, CARRIERS),
        "tracking": f"TRK{int(rng.integers(10**5, 10**6))}X",
        "code": pick(rng, CODES),
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
    """``bindings`` and, for each, the same text with a capital first letter under the capitalised name."""
    return {**bindings, **{name.capitalize(): text[:1].upper() + text[1:] for name, text in bindings.items()}}


def _email(rng: np.random.Generator, first: str, last: str) -> str:
    joint = pick(rng, (".", "_", ""))
    number = str(int(rng.integers(2, 99))) if chance(rng, 0.4) else ""
    return f"{first}{joint}{last}{number}@{pick(rng, ('example.com', 'example.org', 'example.net'))}".lower()


def _phone(rng: np.random.Generator) -> str:
    area, line = pick(rng, AREAS), int(rng.integers(100, 200))
    return pick(rng, (f"({area}) 555-0{line}", f"+1 {area} 555 0{line}", f"{area}-555-0{line}"))
