"""Questions about revenue, orders and traffic."""

from __future__ import annotations

from review.demo.queries import CODES, COUNTRIES, DEVICES, OFF_BY_ONE, TIERS, WRONG_JOIN, Query, SqlFlaw

SCENARIO = "sales analytics"

QUERIES: tuple[Query, ...] = (
    Query(
        SCENARIO,
        ("How much revenue did we make {period}?", "Total revenue {period}, please", "What was our turnover {period}?"),
        "SELECT sum(revenue) AS revenue FROM ecommerce.sessions WHERE [when]",
        ("revenue",),
        "Revenue {period} was {value}.",
        412_000,
        "sum of revenue",
        (
            OFF_BY_ONE,
            SqlFlaw(
                "sum(revenue)",
                "avg(revenue)",
                0.00004,
                "Average per session instead of the total.",
                reason="misunderstood",
            ),
        ),
        unit="money",
    ),
    Query(
        SCENARIO,
        (
            "Revenue by country {period}",
            "Which countries brought the most revenue {period}?",
            "Break down sales {period} by customer country",
        ),
        "SELECT u.country, sum(s.revenue) AS revenue [join] WHERE [s.when] GROUP BY u.country ORDER BY "
        "revenue DESC LIMIT 50",
        ("country", "revenue"),
        "{top} is first {period} with {topvalue}, then {second} with {secondvalue}.",
        196_000,
        "sum of revenue by country",
        (
            WRONG_JOIN,
            OFF_BY_ONE,
            SqlFlaw(
                "sum(s.revenue)",
                "count()",
                0.3,
                "Counts sessions by country; revenue was asked.",
                reason="misunderstood",
            ),
        ),
        COUNTRIES,
        "money",
        "medium",
        joins=True,
    ),
    Query(
        SCENARIO,
        (
            "What's the conversion rate by device {period}?",
            "Conversion per device {period}",
            "Do people on phones buy less? Compare the devices {period}",
        ),
        "SELECT device, round(100 * countIf(orders > 0) / count(), 2) AS conversion FROM ecommerce.sessions "
        "WHERE [when] "
        "GROUP BY device ORDER BY conversion DESC LIMIT 10",
        ("device", "conversion"),
        "Conversion {period} was highest on {top} ({topvalue}), with {second} at {secondvalue}.",
        3.9,
        "sessions with an order divided by all sessions, by device",
        (
            SqlFlaw(
                "countIf(orders > 0)",
                "sum(orders)",
                1.3,
                "Sessions with two orders count twice; conversion counts sessions with at least one.",
                "partly",
            ),
            SqlFlaw(
                "100 * countIf(orders > 0) / count()",
                "count()",
                900.0,
                "Gives the number of sessions; a rate was asked.",
                reason="misunderstood",
            ),
            OFF_BY_ONE,
        ),
        DEVICES,
        "percent",
        "medium",
        rate=True,
    ),
    Query(
        SCENARIO,
        (
            "Which promo codes were used most {period}?",
            "Top promotions {period} by orders",
            "Ranking of voucher codes {period}",
        ),
        "SELECT promo_code, sum(orders) AS orders FROM ecommerce.sessions WHERE [when] AND promo_code "
        "IS NOT NULL "
        "GROUP BY promo_code ORDER BY orders DESC LIMIT 10",
        ("promo_code", "orders"),
        "{top} was used most {period} with {topvalue} orders, then {second} with {secondvalue}.",
        1_240,
        "orders by promo_code",
        (
            SqlFlaw(
                "sum(orders) AS orders",
                "count() AS orders",
                3.2,
                "Counts every session with a code, also those without an order.",
            ),
            OFF_BY_ONE,
        ),
        CODES,
    ),
    Query(
        SCENARIO,
        (
            "Average order value by loyalty tier {period}?",
            "Do gold customers spend more per order? {period}, all tiers",
            "AOV per tier {period}",
        ),
        "SELECT u.loyalty_tier, round(sum(s.revenue) / sum(s.orders), 2) AS order_value [join] WHERE s.orders > "
        "0 AND [s.when] "
        "GROUP BY u.loyalty_tier ORDER BY order_value DESC LIMIT 10",
        ("loyalty_tier", "order_value"),
        "Tier {top} has the highest order value {period} ({topvalue}), tier {second} follows with {secondvalue}.",
        96,
        "revenue divided by orders, by loyalty_tier",
        (
            SqlFlaw(
                "sum(s.revenue) / sum(s.orders)",
                "avg(s.revenue)",
                1.2,
                "Average per session; sessions with two orders distort the value per order.",
                "partly",
            ),
            WRONG_JOIN,
        ),
        TIERS,
        "money",
        "hard",
        joins=True,
        rate=True,
    ),
    Query(
        SCENARIO,
        ("Sessions per day {period}", "Show me the daily visits {period}", "Daily traffic {period} please"),
        "SELECT toDate(started_at) AS day, count() AS sessions FROM ecommerce.sessions WHERE [when] GROUP "
        "BY day ORDER BY day LIMIT 99",
        ("day", "sessions"),
        "The strongest day {period} was {top} with {topvalue} sessions.",
        3_100,
        "count by day",
        (
            OFF_BY_ONE,
            SqlFlaw(
                "count() AS sessions",
                "uniqExact(user_id) AS sessions",
                0.6,
                "Distinct customers per day; sessions were asked.",
                reason="misunderstood",
            ),
        ),
        ("days",),
    ),
)
