"""Questions about customers and their visits."""

from __future__ import annotations

from review.demo.queries import CHANNELS, NO_DISTINCT, OFF_BY_ONE, WRONG_JOIN, Query, SqlFlaw

SCENARIO = "customer analytics"

QUERIES: tuple[Query, ...] = (
    Query(
        SCENARIO,
        (
            "How many customers were active {period}?",
            "Number of active users {period}",
            "How many different people visited the shop {period}?",
        ),
        "SELECT uniqExact(user_id) AS customers FROM ecommerce.sessions WHERE [when]",
        ("customers",),
        "{value} different customers were active {period}.",
        18_400,
        "distinct user_id",
        (NO_DISTINCT, OFF_BY_ONE),
    ),
    Query(
        SCENARIO,
        (
            "How many new customers signed up {period}, by acquisition channel?",
            "New sign-ups per channel {period}",
            "Where did our new users come from {period}?",
        ),
        "SELECT acquisition_channel, count() AS signups FROM ecommerce.users WHERE signup_date >= '{start}' AND "
        "signup_date < '{end}' "
        "GROUP BY acquisition_channel ORDER BY signups DESC LIMIT 20",
        ("acquisition_channel", "signups"),
        "Most new customers {period} came through {top} ({topvalue}), followed by {second} ({secondvalue}).",
        1_900,
        "count by acquisition_channel",
        (
            SqlFlaw(
                "signup_date < '{end}'",
                "signup_date <= '{end}'",
                1.03,
                "<= also counts the sign-ups of {end}, one day too many.",
                "partly",
            ),
            SqlFlaw(
                "signup_date >= '{start}' AND ",
                "",
                9.5,
                "The start of the period is missing, so all customers ever are counted.",
            ),
        ),
        CHANNELS,
    ),
    Query(
        SCENARIO,
        ("How many gold members bought something {period}?", "Number of buyers with gold status {period}"),
        "SELECT uniqExact(s.user_id) AS buyers [join] WHERE u.loyalty_tier = 'gold' AND s.orders > 0 AND [s.when]",
        ("buyers",),
        "{value} gold members bought something {period}.",
        820,
        "distinct user_id with at least one order",
        (
            SqlFlaw(
                "uniqExact(s.user_id)",
                "count(s.user_id)",
                2.3,
                "Gold members with several purchases are counted several times: DISTINCT is missing.",
            ),
            SqlFlaw(
                " AND s.orders > 0",
                "",
                4.1,
                "Counts all visits by gold members, not only those with a purchase.",
                reason="misunderstood",
            ),
            WRONG_JOIN,
        ),
        difficulty="medium",
        joins=True,
    ),
    Query(
        SCENARIO,
        (
            "How many customers signed up {period} but never started a session?",
            "Sign-ups {period} without any visit since",
        ),
        "SELECT count() AS customers FROM ecommerce.users AS u LEFT ANTI JOIN ecommerce.sessions AS s ON "
        "toString(u.user_id) = s.user_id "
        "WHERE u.signup_date >= '{start}' AND u.signup_date < '{end}'",
        ("customers",),
        "{value} customers who signed up {period} have not started a session.",
        640,
        "count of customers without a matching session",
        (
            SqlFlaw(
                "LEFT ANTI JOIN",
                "LEFT JOIN",
                6.8,
                "A plain LEFT JOIN keeps the customers with sessions; it needs ANTI or a check for empty.",
            ),
            SqlFlaw(
                "u.signup_date < '{end}'",
                "u.signup_date <= '{end}'",
                1.04,
                "<= also counts the sign-ups of {end}.",
                "partly",
            ),
        ),
        difficulty="hard",
        joins=True,
    ),
    Query(
        SCENARIO,
        (
            "Median session length by channel {period}",
            "How long do visitors stay, per channel? {period}",
            "Typical visit duration by channel {period}",
        ),
        "SELECT channel, quantileExact(0.5)(duration_s) AS median_s FROM ecommerce.sessions WHERE [when] "
        "GROUP BY channel ORDER BY median_s DESC LIMIT 20",
        ("channel", "median_s"),
        "Visitors from {top} stay longest {period}, with a median of {topvalue} seconds; {second} has {secondvalue}.",
        244,
        "median of duration_s by channel",
        (
            SqlFlaw(
                "quantileExact(0.5)(duration_s)",
                "avg(duration_s)",
                1.6,
                "The mean, which a few long sessions pull up; the median was asked.",
            ),
            OFF_BY_ONE,
        ),
        CHANNELS,
        difficulty="medium",
        rate=True,
    ),
    Query(
        SCENARIO,
        (
            "Which cities do our German customers come from? Top 5 by active customers {period}",
            "Top German cities by visitors {period}",
        ),
        "SELECT u.city, uniqExact(s.user_id) AS customers [join] WHERE u.country = 'Germany' AND [s.when] "
        "GROUP BY u.city ORDER BY customers DESC LIMIT 5",
        ("city", "customers"),
        "{top} leads {period} with {topvalue} active customers, ahead of {second} with {secondvalue}.",
        610,
        "distinct user_id by city",
        (
            SqlFlaw(
                "uniqExact(s.user_id)",
                "count()",
                2.9,
                "Counts sessions; one active customer should count once (DISTINCT).",
            ),
            SqlFlaw("u.country = 'Germany' AND ", "", 2.2, "The filter on Germany is missing.", reason="misunderstood"),
        ),
        ("Berlin", "Hamburg", "Munich", "Cologne", "Leipzig"),
        difficulty="medium",
        joins=True,
    ),
)
