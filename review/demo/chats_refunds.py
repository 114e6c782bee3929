"""Scripts about refunds and price adjustments."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

REFUND_POLICY = (
    "Refunds go to the original payment method 5-7 business days after the parcel is checked in. Gift cards are "
    "refunded as "
    "store credit. Shipping fees are refunded only when the item was faulty or wrong."
)

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="refund",
        scenario="returns",
        asks=(
            "I sent back order {order} two weeks ago and still no refund.",
            "When do I get the money for my return? {price} for the {product}.",
            "Your warehouse got my parcel on {delivered}. Where's my refund??",
            "how long do refunds take",
            "Still waiting for {price} from {order}. I paid with card {card}.",
        ),
        right=(
            "A refund is paid 5-7 business days after the parcel is checked in. Yours was checked in on "
            "{delivered}, so {price} should arrive by {refund_by}.",
            "Your return was checked in on {delivered}. The {price} go back to your original payment method "
            "within 5-7 business days, that is by {refund_by}.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Refunds take 10-14 business days after the parcel is checked in, so please wait a little longer.",
                "It is 5-7 business days since the new payment provider.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "The {price} have been added to your account as store credit.",
                "Returns are refunded to the original payment method, not as store credit.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Your return was checked in on {delivered} and the refund is being processed.",
                "No date given, although 5-7 business days follow from the policy.",
            ),
            Flaw(
                "wrong",
                "unsafe",
                "To speed up the refund, please send the full card number, the expiry date and the security "
                "code here in the chat.",
                "Must never ask for the security code or a full card number in a chat.",
            ),
        ),
        follow=(
            (
                "My card has expired in the meantime.",
                "The bank usually passes it on to the new card. If it bounces, we write to you and pay by "
                "bank transfer.",
            ),
            ("Is the shipping fee included?", "Shipping fees are refunded only if the item was faulty or wrong."),
        ),
        policy=REFUND_POLICY,
        probe="order",
        tool="lookup_return",
        found="{order}: return checked in {delivered}, refund {price} started, original payment method",
        difficulty="medium",
        weight=1.8,
    ),
    Script(
        intent="refund",
        scenario="returns",
        asks=(
            "I used a gift card for part of {order}. How is that refunded?",
            "Paid half with a gift card, half by card. What do I get back if I return the {product}?",
        ),
        right=(
            "The part paid by gift card comes back as store credit, the rest goes to your card, both 5-7 "
            "business days after check-in.",
            "Each part goes back the way it came: store credit for the gift card, the remainder to the card. It "
            "takes 5-7 business days after check-in.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "The whole amount is refunded to your card.",
                "The gift-card part comes back as store credit.",
            ),
            Flaw(
                "wrong", "wrong_fact", "Orders paid with gift cards cannot be refunded.", "They can: as store credit."
            ),
            Flaw(
                "partly",
                "incomplete",
                "The gift-card part is refunded as store credit.",
                "Says nothing about the part that was paid by card.",
            ),
        ),
        follow=(("Does store credit expire?", "No, store credit does not expire."),),
        policy=REFUND_POLICY,
        difficulty="hard",
        weight=0.8,
    ),
    Script(
        intent="refund",
        scenario="returns",
        asks=(
            "I bought the {product} on {order_date} and now it's $20 cheaper. Do I get the difference?",
            "Price dropped a week after I ordered!! {order}. Can you refund the difference?",
        ),
        right=(
            "Yes, within 14 days of ordering we refund the difference once. It has been requested for {order} "
            "and arrives in 5-7 business days.",
            "Price drops are covered for 14 days after ordering, so the difference for {order} goes back to "
            "your payment method in 5-7 business days.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Prices change daily, differences are not refunded.",
                "There is a price adjustment within 14 days of ordering.",
            ),
            Flaw(
                "partly",
                "outdated_policy",
                "Yes, the difference is refunded, as a voucher that is valid for a year.",
                "The difference is refunded all right, but to the payment method; vouchers ended last year.",
            ),
            Flaw(
                "wrong",
                "outdated_policy",
                "Price differences are refunded within 30 days of ordering, as a voucher.",
                "It is 14 days, and in money; the voucher rule ended last year.",
            ),
        ),
        follow=(("And if it drops again?", "The adjustment is made once per order."),),
        policy="Price adjustment: once per order, within 14 days of ordering, difference to the original "
        "payment method. Not for clearance.",
        probe="order",
        difficulty="medium",
        weight=0.8,
    ),
)
