"""Read what the shop sells, to whom, and its promotions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from review.demo.data_files import record, tables
from review.demo.slots import NAMES


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A code that lowers a price. ``months`` such as ``9-11`` are its season, "" is the whole year."""

    code: str
    kind: str
    percent_off: float
    months: str = ""

    def days(self, year: int) -> tuple[date, date]:
        """Return the first and the last day of a year on which the code is accepted."""
        first, last = (int(month) for month in (self.months or "1-12").split("-"))
        after = date(year + last // 12, last % 12 + 1, 1)
        return date(year, first, 1), after - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Goods:
    """All of data/shop.toml. The shares of each table sum to 1; ``conversion`` is the share of visits with an order."""

    stores: tuple[str, ...]
    departments: Mapping[str, tuple[str, ...]]
    cities: Mapping[str, tuple[str, ...]]
    countries: Mapping[str, float]
    tiers: Mapping[str, float]
    channels: Mapping[str, float]
    devices: Mapping[str, float]
    conversion: Mapping[str, float]
    promotion: tuple[Promotion, ...]

    def department_of(self, product: str) -> str:
        """Return the department that sells a product."""
        return next(name for name, products in self.departments.items() if product in products)


GOODS = record(Goods, tables("shop"), "shop.toml")
PRICES = {product.name: round(100 * product.price) for product in NAMES.product}
"""The products in the order of their ids, with their prices in cents."""
