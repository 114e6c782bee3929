"""Make up the rows of the shop's tables, day by day: what happens on a day depends on the seed and that day alone.

Amounts are in cents. Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from review.demo.shop_goods import GOODS, PRICES, Promotion
from review.demo.shop_stores import store_sales

SEED = 20
FIRST_CUSTOMERS = 500
"""Customers that had signed up before the first day."""
SIGNUPS, VISITS = 4, 50
"""Means of a day."""
NEW, NEW_SHARE = 200, 0.25
"""How many of the latest customers are new, and the share of visits that are theirs."""
DAY = 86_400_000_000
FREE_FROM, SHIPPING = 6_000, 590
STATUS = {"paid": 0.9, "returned": 0.06, "cancelled": 0.04}
TWO_PROMOTIONS = 0.08
PROMOTED = 0.34

Columns = dict[str, Any]


def contents(until: date) -> Mapping[str, Columns]:
    """Return the columns of each table, from the first day of the year before up to the day before ``until``."""
    shop = _Shop(date(until.year - 1, 1, 1))
    shop.add_customers(shop.first - timedelta(days=300), FIRST_CUSTOMERS, np.random.default_rng([SEED, 1]), over=300)
    for number in range((until - shop.first).days):
        day = shop.first + timedelta(days=number)
        rng = np.random.default_rng([SEED, day.toordinal()])
        shop.add_customers(day, int(rng.poisson(SIGNUPS)), rng)
        shop.add_visits(day, rng)
    tables = {name: {c: np.concatenate(parts) for c, parts in found.items()} for name, found in shop.rows.items()}
    return {
        **tables,
        "products": _products(),
        "promotions": _promotions(shop.promotions),
        "store_sales": store_sales(shop.first, until, seed=SEED),
    }


@dataclass
class _Shop:
    """The rows so far, by table and column, as one array for each day."""

    first: date
    customers: int = 0
    orders: int = 0
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def __post_init__(self) -> None:
        years = (self.first.year, self.first.year + 1)
        self.promotions = [(promotion, *promotion.days(year)) for year in years for promotion in GOODS.promotion]

    def add(self, table: str, columns: Columns) -> None:
        for name, values in columns.items():
            self.rows[table][name].append(values)

    def add_customers(self, day: date, count: int, rng: np.random.Generator, over: int = 1) -> None:
        """Add customers who sign up on ``day``, or during ``over`` days from it."""
        ids = 1_001 + self.customers + np.arange(count)
        self.customers += count
        countries = _some(rng, GOODS.countries, count)
        places = zip(countries, rng.random(count) ** 1.5, strict=True)
        cities = [GOODS.cities[country][int(u * len(GOODS.cities[country]))] for country, u in places]
        self.add(
            "customers",
            {
                "customer_id": ids,
                "country": countries,
                "city": np.array(cities, dtype=object),
                "signup_date": np.sort(_days(day) + rng.integers(over, size=count)),
                "birth_year": rng.integers(1946, 2007, size=count),
                "loyalty_tier": _some(rng, GOODS.tiers, count),
                "acquisition_channel": _some(rng, GOODS.channels, count),
                "email": np.array([f"customer{i}@example.com" for i in ids], dtype=object),
            },
        )

    def add_visits(self, day: date, rng: np.random.Generator) -> None:
        """Add a day of visits and the orders that they lead to."""
        count = int(rng.poisson(VISITS * (0.8 if day.weekday() > 4 else 1.0) * _season(day)))
        # A quarter of the visits are of new customers, few of the others come often, and one in three never comes.
        place = np.floor(rng.random(count) ** 2 * self.customers)
        new = self.customers - 1 - np.floor(rng.random(count) * min(NEW, self.customers))
        customers = 1_001 + np.where(rng.random(count) < NEW_SHARE, new, place).astype(int)
        customers -= (customers % 3 == 0) & (customers > 1_001)
        device, channel = _some(rng, GOODS.devices, count), _some(rng, GOODS.channels, count)
        started = _days(day) * DAY + np.sort(rng.integers(DAY // 1_000_000, size=count)) * 1_000_000
        duration = np.round(rng.lognormal(5.1 + 0.2 * np.isin(channel, ("email", "organic")), 0.9)).astype(int)
        bought = rng.random(count) < np.array([GOODS.conversion[d] for d in device])
        orders = bought * (1 + (rng.random(count) < 0.07))
        self.add(
            "sessions",
            {
                "session_id": np.array([f"{day:%y%m%d}-{n:04d}" for n in range(count)], dtype=object),
                "customer_id": np.array([f"C{i}" for i in customers], dtype=object),
                "started_at": started,
                "duration_s": duration,
                "device": device,
                "channel": channel,
                "pages": 1 + rng.poisson(4, size=count),
                "orders": orders,
            },
        )
        visit = np.repeat(np.arange(count), orders)
        ordered = started[visit] + duration[visit] * 1_000_000
        self._add_orders(day, customers[visit], ordered, channel[visit], rng)

    def _add_orders(
        self, day: date, customers: np.ndarray, ordered: np.ndarray, channel: np.ndarray, rng: np.random.Generator
    ) -> None:
        count = len(customers)
        ids = 100_001 + self.orders + np.arange(count)
        self.orders += count
        lines = 1 + rng.choice(4, size=count, p=(0.45, 0.3, 0.17, 0.08))
        at = np.repeat(np.arange(count), lines)
        product = np.floor(rng.random(len(at)) ** 1.3 * len(PRICES)).astype(int)
        quantity = 1 + (rng.random(len(at)) < 0.2) + (rng.random(len(at)) < 0.05)
        price = np.array(list(PRICES.values()))[product]
        goods = np.bincount(at, weights=price * quantity, minlength=count)
        taken = self._promoted(day, count, rng)
        off = np.round(goods[taken[0]] * taken[1] / 100)
        paid = goods - np.bincount(taken[0], weights=off, minlength=count)
        shipping = np.where(goods < FREE_FROM, SHIPPING, 0)
        self.add(
            "orders",
            {
                "order_id": ids,
                "customer_id": customers,
                "ordered_at": ordered,
                "channel": channel,
                "status": _some(rng, STATUS, count),
                "shipping": shipping,
                "total": (paid + shipping).astype(int),
            },
        )
        line = np.concatenate([np.arange(1, n + 1) for n in lines]) if count else np.zeros(0, dtype=int)
        self.add(
            "order_items",
            {
                "order_id": ids[at],
                "line": line,
                "product_id": product + 1,
                "quantity": quantity,
                "unit_price": price,
            },
        )
        self.add(
            "order_promotions",
            {"order_id": ids[taken[0]], "promotion_id": taken[2], "discount": off.astype(int)},
        )

    def _promoted(self, day: date, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return which orders of a day take a promotion, its percentage, and its id; an order may take two."""
        valid = [(k, p.percent_off) for k, (p, first, last) in enumerate(self.promotions, 1) if first <= day <= last]
        one = np.flatnonzero(rng.random(count) < PROMOTED)
        two = one[rng.random(len(one)) < TWO_PROMOTIONS / PROMOTED]
        first = np.floor(rng.random(len(one)) ** 1.4 * len(valid)).astype(int)
        # The second one is never the first one again.
        second = (first[np.isin(one, two)] + 1) % len(valid)
        chosen = np.concatenate([first, second])
        percent, ids = np.array([p for _, p in valid]), np.array([k for k, _ in valid])
        return np.concatenate([one, two]), percent[chosen], ids[chosen]


def _products() -> Columns:
    names = list(PRICES)
    return {
        "product_id": np.arange(1, len(names) + 1),
        "product": names,
        "department": [GOODS.department_of(name) for name in names],
        "price": list(PRICES.values()),
        "cost": [round(price * (0.45 + 0.02 * (k % 7))) for k, price in enumerate(PRICES.values())],
    }


def _promotions(promotions: list[tuple[Promotion, date, date]]) -> Columns:
    """A code belongs to a year: AUTUMN15 of last year and of this year are two promotions."""
    return {
        "promotion_id": np.arange(1, len(promotions) + 1),
        "code": [f"{p.code}-{first:%y}" for p, first, _ in promotions],
        "kind": [p.kind for p, _, _ in promotions],
        "percent_off": [round(p.percent_off) for p, _, _ in promotions],
        "starts_on": [_days(first) for _, first, _ in promotions],
        "ends_on": [_days(last) for _, _, last in promotions],
    }


def _some(rng: np.random.Generator, shares: Mapping[str, float], count: int) -> np.ndarray:
    names = np.array(list(shares), dtype=object)
    edges = np.cumsum(list(shares.values()))
    return np.asarray(names[np.searchsorted(edges / edges[-1], rng.random(count), side="right")])


def _season(day: date) -> float:
    """More people buy before Christmas, and fewer in summer."""
    return (1.0, 0.95, 1.0, 1.02, 0.98, 0.92, 0.88, 0.9, 1.0, 1.08, 1.25, 1.35)[day.month - 1]


def _days(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()
