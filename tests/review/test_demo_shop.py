"""The shop of the demonstration: a real database, the same each time, in which every planted error shows."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from review.demo.figures import Period, any_period
from review.demo.mishaps import any_mishap
from review.demo.queries import QUERIES, Query
from review.demo.shop import Shop, build_shop, open_shop
from review.demo.shop_tables import RELATIONS, TABLES, described, tables_in
from review.sql.execution.runner import Runner
from review.sql.proof.prove import prove

TODAY = date(2026, 11, 29)
MONTH_OVER_MONTH = QUERIES[0]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    began = time.process_time()
    build_shop(path, until=TODAY)
    assert time.process_time() - began < 4
    return path


@pytest.fixture(scope="module")
def shop(file: Path) -> Shop:
    return open_shop(file)


def a_period(query: Query, seed: int = 1) -> Period:
    return any_period(np.random.default_rng(seed), TODAY, query)


def digests(shop: Shop, before: str) -> list[object]:
    return [
        shop.ask(f"SELECT count(*), sum(hash(o)) FROM orders AS o WHERE ordered_at < '{before}'").rows,
        shop.ask(f"SELECT count(*), sum(hash(s)) FROM sessions AS s WHERE started_at < '{before}'").rows,
        shop.ask(f"SELECT count(*), sum(hash(c)) FROM customers AS c WHERE signup_date < '{before}'").rows,
        *(shop.ask(f"SELECT count(*), sum(hash(t)) FROM {t} AS t").rows for t in ("products", "promotions")),
    ]


def test_the_shop_is_the_same_each_time_and_its_past_does_not_change(shop: Shop, tmp_path: Path) -> None:
    build_shop(tmp_path / "earlier.duckdb", until=date(2026, 10, 1))
    with open_shop(tmp_path / "earlier.duckdb") as earlier:
        assert digests(shop, "2026-10-01") == digests(earlier, "2026-10-01")
        assert digests(earlier, "2026-10-01") == digests(earlier, "2030-01-01")


def test_orders_add_up_and_keys_lead_somewhere(shop: Shop) -> None:
    for sql in (
        """SELECT o.order_id FROM orders o
           WHERE o.total <> o.shipping + (SELECT sum(i.quantity * i.unit_price) FROM order_items i
                                          WHERE i.order_id = o.order_id)
                 - coalesce((SELECT sum(p.discount) FROM order_promotions p WHERE p.order_id = o.order_id), 0)""",
        "SELECT * FROM orders WHERE customer_id NOT IN (SELECT customer_id FROM customers)",
        "SELECT * FROM sessions WHERE customer_id NOT IN (SELECT 'C' || customer_id FROM customers)",
        """SELECT * FROM orders o JOIN order_promotions USING (order_id) JOIN promotions USING (promotion_id)
           WHERE CAST(ordered_at AS DATE) NOT BETWEEN starts_on AND ends_on + 1""",
    ):
        assert shop.ask(sql).rows == () and not shop.ask(sql).error, sql
    assert shop.ask("SELECT sum(orders) FROM sessions").rows == shop.ask("SELECT count(*) FROM orders").rows
    for relation in RELATIONS:
        assert set(tables_in("FROM " + relation.split(".")[0])) <= TABLES.keys()
    assert all(described(table).startswith(f"{table} (") for table in TABLES)


def test_two_months_joined_on_the_department_alone_turn_a_fall_of_a_third_into_a_tenth(shop: Shop) -> None:
    slots = a_period(MONTH_OVER_MONTH).slots
    right = shop.ask(MONTH_OVER_MONTH.sql.format_map(slots))
    wrong = shop.ask(MONTH_OVER_MONTH.wrong_sql(MONTH_OVER_MONTH.flaws[0]).format_map(slots))
    assert (right.columns, right.rows) == (("sales", "month_before", "change"), ((270_000, 400_000, -32.5),))
    assert wrong.rows == ((1_080_000, 1_200_000, -10.0),)
    by_department = QUERIES[1]
    right = shop.ask(by_department.sql.format_map(slots))
    wrong = shop.ask(by_department.wrong_sql(by_department.flaws[0]).format_map(slots))
    assert {row[0] for row in right.rows} - {row[0] for row in wrong.rows} == {"Garden"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.asks[0][:40])
def test_each_planted_error_changes_the_result_and_each_mishap_fails(query: Query, shop: Shop) -> None:
    assert any(flaw.correctness == "wrong" for flaw in query.flaws)
    for seed in range(3):
        period = a_period(query, seed)
        right = shop.ask(query.sql.format_map(period.slots))
        assert right.rows and not right.error and None not in right.rows[0]
        for flaw in query.flaws:
            assert flaw.sql or flaw.old in query.sql, flaw.why
            wrong = shop.ask(query.wrong_sql(flaw).format_map(period.slots))
            assert not wrong.error and wrong.rows != right.rows, (flaw.why, right, wrong)
    for seed in range(8):
        mishap = any_mishap(np.random.default_rng(seed), query, period, shop)
        assert mishap.message, mishap.sql


def test_the_lane_lets_every_reference_through_and_gives_the_same_rows(file: Path, shop: Shop) -> None:
    with Runner(f"duckdb:////{file.relative_to('/')}") as runner:
        for query in QUERIES:
            sql = query.sql.format_map(a_period(query).slots)
            proof = prove(sql, "duckdb", runner.schema)
            assert proof.ok and not proof.findings, (sql, proof.findings)
            result = runner.run(sql)
            assert result.done and len(result.rows) == len(shop.ask(sql).rows), result.error
