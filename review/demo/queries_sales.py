"""Questions about revenue, orders and traffic."""

from __future__ import annotations

from review.demo.queries import CODES, COUNTRIES, DEVICES, OFF_BY_ONE, TIERS, WRONG_JOIN, Query, SqlFlaw

SCENARIO = "sales analytics"

QUERIES: tuple[Query, ...] = (
    Query(
        scenario=SCENARIO,
        asks=(
            "How much revenue did we make {period}?",
            "Total revenue {period}, please",
            "What was our turnover {period}?",
        ),
        sql="SELECT sum(revenue) AS revenue FROM ecommerce.sessions WHERE [when]",
        columns=("revenue",),
        answer="Revenue {period} was {value}.",
        base=412_000,
        aggregation="sum of revenue",
        flaws=(
            OFF_BY_ONE,
            SqlFlaw(
                old="sum(revenue)",
                new="avg(revenue)",
                scale=0.00004,
                why="Average per session instead of the total.",
                reason="misunderstood",
            ),
        ),
        unit="money",
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "Revenue by country {period}",
            "Which countries brought the most revenue {period}?",
            "Break down sales {period} by customer country",
        ),
        sql="SELECT u.country, sum(s.revenue) AS revenue [join] WHERE [s.when] GROUP BY u.country ORDER BY "
        "revenue DESC LIMIT 50",
        columns=("country", "revenue"),
        answer="{top} is first {period} with {topvalue}, then {second} with {secondvalue}.",
        base=196_000,
        aggregation="sum of revenue by country",
        flaws=(
            WRONG_JOIN,
            OFF_BY_ONE,
            SqlFlaw(
                old="sum(s.revenue)",
                new="count()",
                scale=0.3,
                why="Counts sessions by country; revenue was asked.",
                reason="misunderstood",
            ),
        ),
        keys=COUNTRIES,
        unit="money",
        difficulty="medium",
        joins=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "What's the conversion rate by device {period}?",
            "Conversion per device {period}",
            "Do people on phones buy less? Compare the devices {period}",
        ),
        sql="SELECT device, round(100 * countIf(orders > 0) / count(), 2) AS conversion FROM ecommerce.sessions "
        "WHERE [when] "
        "GROUP BY device ORDER BY conversion DESC LIMIT 10",
        columns=("device", "conversion"),
        answer="Conversion {period} was highest on {top} ({topvalue}), with {second} at {secondvalue}.",
        base=3.9,
        aggregation="sessions with an order divided by all sessions, by device",
        flaws=(
            SqlFlaw(
                old="countIf(orders > 0)",
                new="sum(orders)",
                scale=1.3,
                why="Sessions with two orders count twice; conversion counts sessions with at least one.",
                correctness="partly",
            ),
            SqlFlaw(
                old="100 * countIf(orders > 0) / count()",
                new="count()",
                scale=900.0,
                why="Gives the number of sessions; a rate was asked.",
                reason="misunderstood",
            ),
            OFF_BY_ONE,
        ),
        keys=DEVICES,
        unit="percent",
        difficulty="medium",
        rate=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "Which promo codes were used most {period}?",
            "Top promotions {period} by orders",
            "Ranking of voucher codes {period}",
        ),
        sql="SELECT promo_code, sum(orders) AS orders FROM ecommerce.sessions WHERE [when] AND promo_code "
        "IS NOT NULL "
        "GROUP BY promo_code ORDER BY orders DESC LIMIT 10",
        columns=("promo_code", "orders"),
        answer="{top} was used most {period} with {topvalue} orders, then {second} with {secondvalue}.",
        base=1_240,
        aggregation="orders by promo_code",
        flaws=(
            SqlFlaw(
                old="sum(orders) AS orders",
                new="count() AS orders",
                scale=3.2,
                why="Counts every session with a code, also those without an order.",
            ),
            OFF_BY_ONE,
        ),
        keys=CODES,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "Average order value by loyalty tier {period}?",
            "Do gold customers spend more per order? {period}, all tiers",
            "AOV per tier {period}",
        ),
        sql="SELECT u.loyalty_tier, round(sum(s.revenue) / sum(s.orders), 2) AS order_value [join] WHERE s.orders > "
        "0 AND [s.when] "
        "GROUP BY u.loyalty_tier ORDER BY order_value DESC LIMIT 10",
        columns=("loyalty_tier", "order_value"),
        answer="Tier {top} has the highest order value {period} ({topvalue}), "
        "tier {second} follows with {secondvalue}.",
        base=96,
        aggregation="revenue divided by orders, by loyalty_tier",
        flaws=(
            SqlFlaw(
                old="sum(s.revenue) / sum(s.orders)",
                new="avg(s.revenue)",
                scale=1.2,
                why="Average per session; sessions with two orders distort the value per order.",
                correctness="partly",
            ),
            WRONG_JOIN,
        ),
        keys=TIERS,
        unit="money",
        difficulty="hard",
        joins=True,
        rate=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=("Sessions per day {period}", "Show me the daily visits {period}", "Daily traffic {period} please"),
        sql="SELECT toDate(started_at) AS day, count() AS sessions FROM ecommerce.sessions WHERE [when] GROUP "
        "BY day ORDER BY day LIMIT 99",
        columns=("day", "sessions"),
        answer="The strongest day {period} was {top} with {topvalue} sessions.",
        base=3_100,
        aggregation="count by day",
        flaws=(
            OFF_BY_ONE,
            SqlFlaw(
                old="count() AS sessions",
                new="uniqExact(user_id) AS sessions",
                scale=0.6,
                why="Distinct customers per day; sessions were asked.",
                reason="misunderstood",
            ),
        ),
        keys=("days",),
    ),
)
