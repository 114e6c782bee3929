"""Scripts about returns and exchanges."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

RETURN_POLICY = (
    "Returns: within 30 days of delivery, unused, free label under Orders > Return. Opened electronics 14 days. "
    "Clearance items are final sale. (Until March: 60 days.)"
)

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="return",
        scenario="returns",
        asks=(
            "How do I send back a {product}? I bought it on {order_date}.",
            "I'd like to return order {order}, the {color} looks different than in the pictures.",
            "What's your return policy? The {product} doesn't go with the rest of the room.",
            "Can I still return the {product}? It was a gift and she already has one. Never used it.",
            "want to return something. {order}. how does it work",
        ),
        right=(
            "You can return it within 30 days of delivery as long as it is unused. Open Orders > {order} > "
            "Return and print the free label.",
            "Unused items go back free of charge within 30 days of delivery. The label is under Orders > "
            "Return; drop the parcel at any {carrier} point.",
            "Returns are possible for 30 days after delivery. Choose {order} under Orders > Return, print the "
            "label and hand the parcel to {carrier}. It is free.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "You have 60 days from delivery to return it. Open Orders > {order} > Return and print the free label.",
                "60 days was the rule until March. It is 30 days now.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Returns are possible within 30 days. A return fee of $6.95 is deducted from your refund.",
                "The return label is free, nothing is deducted.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "You can return it within 30 days of delivery.",
                "How to return it (Orders > Return, free label) is missing.",
            ),
            Flaw(
                "partly",
                "wrong_fact",
                "You can return it within 30 days of delivery: Orders > {order} > Return. The parcel has to be "
                "in its original box.",
                "Any sturdy box will do; the rest is right.",
            ),
            Flaw(
                "wrong",
                "misunderstood",
                "Refunds are paid 5-7 business days after the parcel is checked in, to your original payment method.",
                "Asked how to return, answered when the money comes.",
            ),
        ),
        follow=(
            (
                "I don't have a printer.",
                "Then choose 'QR code' instead of the label; the drop-off point prints it for you.",
            ),
            (
                "Do I need the original box?",
                "Any sturdy box is fine, as long as the item itself is unused and complete.",
            ),
            (
                "And when do I get my money?",
                "5-7 business days after the parcel is checked in, to your original payment method.",
            ),
        ),
        policy=RETURN_POLICY,
        probe="order",
        difficulty="easy",
        weight=2.0,
    ),
    Script(
        intent="return",
        scenario="returns",
        asks=(
            "I opened the {electronic} and used it for two days, it's too loud. Can it go back?",
            "Bought a {electronic} three weeks ago, opened it and I don't like it. Return?",
            "How long can I return a {electronic} that's been unpacked?",
        ),
        right=(
            "Opened electronics can be returned within 14 days of delivery. After 14 days only an unopened "
            "{electronic} can go back.",
            "For electronics that have been opened the limit is 14 days from delivery. The 30 days apply only "
            "while the box is sealed.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Yes, like all items the {electronic} can be returned within 30 days of delivery.",
                "Opened electronics have 14 days, the 30 days are for unused items.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Opened electronics have a shorter return period than other items. Please see the return page "
                "for details.",
                "Does not give the 14 days that the customer asks for.",
            ),
            Flaw(
                "wrong",
                "outdated_policy",
                "Opened electronics cannot be returned at all.",
                "This was changed last year: 14 days are allowed now.",
            ),
        ),
        follow=(
            (
                "What if it turns out to be broken?",
                "A fault is a warranty case, which is 2 years for electronics, whether it was opened or not.",
            ),
        ),
        policy=RETURN_POLICY,
        difficulty="hard",
        slots=(
            {"electronic": "Larkfield hand blender"},
            {"electronic": "Tovel desk fan"},
            {"electronic": "Brisa air purifier"},
            {"electronic": "Nomi wireless speaker"},
        ),
    ),
    Script(
        intent="return",
        scenario="returns",
        asks=(
            "The {product} was in the clearance section. Can I still return it?",
            "I bought {order} on final sale and it's too big. Any chance to give it back?",
        ),
        right=(
            "Clearance items are final sale and cannot be returned. If the item is faulty, the warranty still applies.",
            "Final-sale items are excluded from returns. Only a faulty item can go back, as a warranty case.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Yes, clearance items can be returned within 30 days like everything else.",
                "Clearance is final sale; there is no return.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Clearance items can be exchanged for store credit within 30 days.",
                "There is no store credit for final-sale items, the assistant made that up.",
            ),
        ),
        follow=(("Not even for an exchange?", "No, exchanges of final-sale items are not possible either."),),
        policy=RETURN_POLICY,
        probe="order",
        difficulty="medium",
        weight=0.7,
        mood="decline",
    ),
    Script(
        intent="return",
        scenario="returns",
        asks=(
            "I'd like to exchange the {product} for the {size} one. Order {order}.",
            "Wrong size. Can you swap it for {size}?",
        ),
        right=(
            "Choose Exchange instead of Refund under Orders > {order} > Return and pick {size}. The new one is "
            "shipped as soon as the first is scanned at the drop-off point.",
            "An exchange for {size} is possible within 30 days: Orders > {order} > Return > Exchange. There is "
            "no extra shipping charge.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Exchanges are not offered. Please return the item and place a new order.",
                "Exchanges are possible under Orders > Return > Exchange.",
            ),
            Flaw(
                "wrong",
                "misunderstood",
                "The {size} version costs {price}. You can add it to your cart on the product page.",
                "The customer wants an exchange, not a second one.",
            ),
        ),
        follow=(
            ("What if {size} is sold out?", "Then the exchange turns into a refund to your original payment method."),
        ),
        policy="Exchanges: within 30 days, Orders > Return > Exchange, no extra shipping; refund if the wanted "
        "size is sold out.",
        probe="order",
        difficulty="medium",
        weight=0.8,
    ),
)
