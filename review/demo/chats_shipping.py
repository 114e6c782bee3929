"""Scripts about shipping: cost, time, countries, express."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

ABROAD_POLICY = (
    "Shipping abroad: Canada, the UK and the EU, 7-12 business days, $14.95. Duties and taxes are included in "
    "the price at "
    "checkout. Other countries are not served."
)
SHIPPING_POLICY = (
    "Shipping, US: standard 3-5 business days, $4.95, free from $50. Express 1-2 business days, $12.95, for "
    "orders placed "
    "before 2 pm Eastern. No express to PO boxes."
)

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="shipping",
        scenario="shipping",
        asks=(
            "How much is shipping for a {product} at {price}?",
            "What does delivery cost and how long does it take?",
            "Do you have free shipping?",
            "whats the difference between standard and express",
            "I want to order a {product}. When would it get to {city} with the normal shipping?",
        ),
        right=(
            "Standard shipping takes 3-5 business days and costs $4.95, free from $50. Express takes 1-2 "
            "business days for $12.95.",
            "Orders from $50 ship free; below that it is $4.95 and takes 3-5 business days. For $12.95, express "
            "brings it in 1-2 business days "
            "if you order before 2 pm Eastern.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Standard shipping is free from $35, otherwise $4.95, and takes 3-5 business days.",
                "Free shipping starts at $50 since the spring, not $35.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Standard shipping takes 3-5 business days. Express takes 1-2 business days.",
                "The prices are missing: $4.95 (free from $50) and $12.95.",
            ),
            Flaw(
                "partly",
                "outdated_policy",
                "Standard shipping takes 3-5 business days, $4.95, free from $50. Express takes 1-2 business "
                "days for $9.95.",
                "Express is $12.95 since the spring; the standard terms are right.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Shipping is always free, regardless of the order value. It takes 3-5 business days.",
                "Shipping is free from $50 only.",
            ),
        ),
        follow=(
            ("Does express work for a PO box?", "No, express cannot be delivered to PO boxes. Standard can."),
            (
                "If I order now with express, is it here by Friday?",
                "If you order before 2 pm Eastern, express takes 1-2 business days. It is not delivered on Sundays.",
            ),
            (
                "Do vouchers count towards the $50?",
                "The $50 are counted after discounts, so a code can bring the order below the limit.",
            ),
        ),
        policy=SHIPPING_POLICY,
        difficulty="easy",
        weight=1.5,
    ),
    Script(
        intent="shipping",
        scenario="shipping",
        asks=(
            "Do you ship to {abroad}?",
            "I live in {abroad}. Can I order from you and do I have to pay customs?",
            "How long does a parcel to {abroad} take, and are import duties included?",
        ),
        right=(
            "Yes. A parcel to {abroad} takes 7-12 business days and costs $14.95. Duties and taxes are already "
            "included at checkout.",
            "We deliver to {abroad} in 7-12 business days for $14.95. There is nothing to pay on delivery: "
            "duties and taxes are part of the checkout price.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Yes, we ship to {abroad} in 7-12 business days. Customs duties are collected by the carrier "
                "on delivery.",
                "Duties are included at checkout; nothing is collected at the door.",
            ),
            Flaw(
                "wrong",
                "outdated_policy",
                "We only ship within the United States at the moment.",
                "Canada, the UK and the EU have been served since last year.",
            ),
            Flaw(
                "partly",
                "wrong_fact",
                "Yes, in 3-5 business days for $14.95. Duties and taxes are included at checkout.",
                "Cost and duties are right, but it takes 7-12 business days.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Yes, we ship to {abroad}. It takes 7-12 business days.",
                "Says nothing of the $14.95 and of duties being included.",
            ),
        ),
        follow=(
            ("And returns from there?", "Returns from {abroad} are free as well: the label is in the parcel."),
            ("Which carrier do you use?", "Parcels abroad go with {carrier} and are handed to the national post."),
        ),
        policy=ABROAD_POLICY,
        difficulty="medium",
        slots=(
            {"abroad": "Canada"},
            {"abroad": "Ireland"},
            {"abroad": "Germany"},
            {"abroad": "the UK"},
            {"abroad": "Spain"},
        ),
    ),
    Script(
        intent="shipping",
        scenario="shipping",
        asks=(
            "I paid $12.95 for express and it's been four days now. {order}",
            "Express was supposed to be two days max. Order {order} is late, can I get the shipping fee back?",
        ),
        right=(
            "Express should have taken 1-2 business days, so the $12.95 are refunded. They are back on your "
            "payment method within 5-7 business days; "
            "the parcel itself is due on {eta}.",
            "{order} missed the express window. The $12.95 fee is being returned, which takes 5-7 business "
            "days, and {carrier} now expects to deliver on {eta}.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Express shipping times are estimates, so the fee of $12.95 cannot be refunded.",
                "The express fee is refunded when the two days are missed.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "{carrier} now expects to deliver {order} on {eta}.",
                "The question about the fee is left unanswered.",
            ),
        ),
        follow=(("Do I have to do anything for that?", "No, the refund of the fee starts by itself today."),),
        policy="Express guarantee: if an express parcel needs more than 2 business days, the fee of $12.95 is "
        "refunded in 5-7 business days.",
        probe="order",
        tool="lookup_order",
        mood="problem",
        found="{order}: express, shipped {ship_date}, {carrier} {tracking}, delayed, expected {eta}",
        difficulty="medium",
    ),
)
