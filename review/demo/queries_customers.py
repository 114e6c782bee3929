"""Questions about customers and their visits."""

from __future__ import annotations

from review.demo.queries import CHANNELS, NO_DISTINCT, OFF_BY_ONE, WRONG_JOIN, Query, SqlFlaw

SCENARIO = "customer analytics"

QUERIES: tuple[Query, ...] = (
    Query(
        scenario=SCENARIO,
        asks=(
            "How many customers were active {period}?",
            "Number of active users {period}",
            "How many different people visited the shop {period}?",
        ),
        sql="SELECT uniqExact(user_id) AS customers FROM ecommerce.sessions WHERE [when]",
        columns=("customers",),
        answer="{value} different customers were active {period}.",
        base=18_400,
        aggregation="distinct user_id",
        flaws=(NO_DISTINCT, OFF_BY_ONE),
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "How many new customers signed up {period}, by acquisition channel?",
            "New sign-ups per channel {period}",
            "Where did our new users come from {period}?",
        ),
        sql="SELECT acquisition_channel, count() AS signups FROM ecommerce.users WHERE signup_date >= '{start}' AND "
        "signup_date < '{end}' "
        "GROUP BY acquisition_channel ORDER BY signups DESC LIMIT 20",
        columns=("acquisition_channel", "signups"),
        answer="Most new customers {period} came through {top} ({topvalue}), followed by {second} ({secondvalue}).",
        base=1_900,
        aggregation="count by acquisition_channel",
        flaws=(
            SqlFlaw(
                old="signup_date < '{end}'",
                new="signup_date <= '{end}'",
                scale=1.03,
                why="<= also counts the sign-ups of {end}, one day too many.",
                correctness="partly",
            ),
            SqlFlaw(
                old="signup_date >= '{start}' AND ",
                new="",
                scale=9.5,
                why="The start of the period is missing, so all customers ever are counted.",
            ),
        ),
        keys=CHANNELS,
    ),
    Query(
        scenario=SCENARIO,
        asks=("How many gold members bought something {period}?", "Number of buyers with gold status {period}"),
        sql="SELECT uniqExact(s.user_id) AS buyers [join] WHERE u.loyalty_tier = 'gold' AND s.orders > 0 AND [s.when]",
        columns=("buyers",),
        answer="{value} gold members bought something {period}.",
        base=820,
        aggregation="distinct user_id with at least one order",
        flaws=(
            SqlFlaw(
                old="uniqExact(s.user_id)",
                new="count(s.user_id)",
                scale=2.3,
                why="Gold members with several purchases are counted several times: DISTINCT is missing.",
            ),
            SqlFlaw(
                old=" AND s.orders > 0",
                new="",
                scale=4.1,
                why="Counts all visits by gold members, not only those with a purchase.",
                reason="misunderstood",
            ),
            WRONG_JOIN,
        ),
        difficulty="medium",
        joins=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "How many customers signed up {period} but never started a session?",
            "Sign-ups {period} without any visit since",
        ),
        sql="SELECT count() AS customers FROM ecommerce.users AS u LEFT ANTI JOIN ecommerce.sessions AS s ON "
        "toString(u.user_id) = s.user_id "
        "WHERE u.signup_date >= '{start}' AND u.signup_date < '{end}'",
        columns=("customers",),
        answer="{value} customers who signed up {period} have not started a session.",
        base=640,
        aggregation="count of customers without a matching session",
        flaws=(
            SqlFlaw(
                old="LEFT ANTI JOIN",
                new="LEFT JOIN",
                scale=6.8,
                why="A plain LEFT JOIN keeps the customers with sessions; it needs ANTI or a check for empty.",
            ),
            SqlFlaw(
                old="u.signup_date < '{end}'",
                new="u.signup_date <= '{end}'",
                scale=1.04,
                why="<= also counts the sign-ups of {end}.",
                correctness="partly",
            ),
        ),
        difficulty="hard",
        joins=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "Median session length by channel {period}",
            "How long do visitors stay, per channel? {period}",
            "Typical visit duration by channel {period}",
        ),
        sql="SELECT channel, quantileExact(0.5)(duration_s) AS median_s FROM ecommerce.sessions WHERE [when] "
        "GROUP BY channel ORDER BY median_s DESC LIMIT 20",
        columns=("channel", "median_s"),
        answer="Visitors from {top} stay longest {period}, with a median of {topvalue} seconds; "
        "{second} has {secondvalue}.",
        base=244,
        aggregation="median of duration_s by channel",
        flaws=(
            SqlFlaw(
                old="quantileExact(0.5)(duration_s)",
                new="avg(duration_s)",
                scale=1.6,
                why="The mean, which a few long sessions pull up; the median was asked.",
            ),
            OFF_BY_ONE,
        ),
        keys=CHANNELS,
        difficulty="medium",
        rate=True,
    ),
    Query(
        scenario=SCENARIO,
        asks=(
            "Which cities do our German customers come from? Top 5 by active customers {period}",
            "Top German cities by visitors {period}",
        ),
        sql="SELECT u.city, uniqExact(s.user_id) AS customers [join] WHERE u.country = 'Germany' AND [s.when] "
        "GROUP BY u.city ORDER BY customers DESC LIMIT 5",
        columns=("city", "customers"),
        answer="{top} leads {period} with {topvalue} active customers, ahead of {second} with {secondvalue}.",
        base=610,
        aggregation="distinct user_id by city",
        flaws=(
            SqlFlaw(
                old="uniqExact(s.user_id)",
                new="count()",
                scale=2.9,
                why="Counts sessions; one active customer should count once (DISTINCT).",
            ),
            SqlFlaw(
                old="u.country = 'Germany' AND ",
                new="",
                scale=2.2,
                why="The filter on Germany is missing.",
                reason="misunderstood",
            ),
        ),
        keys=("Berlin", "Hamburg", "Munich", "Cologne", "Leipzig"),
        difficulty="medium",
        joins=True,
    ),
)
