"""Scripts about orders under way."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

SHIPPING_POLICY = (
    "Shipping, US: standard 3-5 business days, $4.95, free from $50. Express 1-2 business days, $12.95, for "
    "orders placed "
    "before 2 pm Eastern. No express to PO boxes."
)
CHANGES_POLICY = (
    "Orders can be changed or cancelled free of charge within 60 minutes of ordering, under Orders > Change. "
    "Afterwards the "
    "parcel has to be returned after delivery."
)
LOST_POLICY = (
    "Marked delivered but not received: check with neighbours and wait one business day; then we open a "
    "search with the "
    "carrier (up to 5 business days) and after that replace or refund the order, as the customer prefers."
)

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="order_status",
        scenario="orders",
        asks=(
            "Where is my order {order}? The page only says 'processing' since {order_date}.",
            "I ordered a {product} on {order_date} and heard nothing since. Order number is {order}. When "
            "will it come?",
            "Can you tell me the status of {order}? I need the {product} before the weekend.",
            "My {product} still hasn't arrived. {order}",
            "I'd like to know when {order} is going to be delivered. My email is {email}.",
        ),
        right=(
            "Order {order} left our warehouse on {ship_date} with {carrier}. Expected delivery is {eta}. "
            "Tracking number: {tracking}.",
            "Your {product} is on its way: {carrier} picked it up on {ship_date} and plans to deliver it on "
            "{eta}. You can follow it with {tracking}.",
            "{order} is in transit with {carrier} ({tracking}), delivery is planned for {eta}.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Order {order} was delivered on {ship_date}. The parcel was left at the front door.",
                "The look-up says in transit, delivery {eta}; {ship_date} is the day it was shipped.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Order {order} has left our warehouse with {carrier}.",
                "It does not say when the parcel arrives, which is what was asked; the look-up has {eta}.",
            ),
            Flaw(
                "wrong",
                "misunderstood",
                "To cancel {order}, open Orders > Change within 60 minutes of ordering. After that the parcel "
                "has to be returned.",
                "The customer asks where the parcel is, not how to cancel.",
            ),
        ),
        follow=(
            (
                "Can I have it left with a neighbour?",
                "Yes. Open the tracking link and choose 'Deliver to neighbour' until 8 pm on the day before delivery.",
            ),
            ("ok and who delivers it?", "{carrier} delivers it, usually between 9 am and 6 pm."),
            (
                "Will I get a message before it comes?",
                "Yes, {carrier} sends a text message on the morning of delivery to the phone number in your order.",
            ),
        ),
        policy=SHIPPING_POLICY,
        probe="order",
        tool="lookup_order",
        found="{order}: {product}, shipped {ship_date}, {carrier} {tracking}, in transit, expected {eta}",
        difficulty="easy",
        weight=2.4,
    ),
    Script(
        intent="order_status",
        scenario="orders",
        asks=(
            "I need to change the delivery address for {order}, I just noticed it goes to my old flat.",
            "Please cancel {order}, I ordered the wrong {product}. I placed it about twenty minutes ago.",
            "How long can I still change an order? I picked {color} but want a different color.",
            "is it too late to cancel order {order}",
        ),
        right=(
            "Orders can be changed or cancelled within 60 minutes of ordering: open Orders, choose {order} and "
            "then Change.",
            "You have 60 minutes from the time of ordering. Go to Orders > {order} > Change; after that it has "
            "to be returned once it arrives.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Orders can be changed within 24 hours. Open Orders, choose {order} and then Change.",
                "That was the old rule; since this spring it is 60 minutes.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Orders cannot be changed once they are placed. Please return the parcel when it arrives.",
                "Within 60 minutes the customer can change or cancel it free of charge.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "You can change {order} under Orders > Change.",
                "The limit of 60 minutes is missing, so the customer may well be too late.",
            ),
        ),
        follow=(
            (
                "Does cancelling cost anything?",
                "No, cancelling within the 60 minutes is free and the authorisation on your card is released.",
            ),
            (
                "And if the hour is over?",
                "Then the order is already being packed. You can send it back free of charge within 30 days "
                "of delivery.",
            ),
        ),
        policy=CHANGES_POLICY,
        probe="order",
        difficulty="medium",
        weight=1.2,
    ),
    Script(
        intent="order_status",
        scenario="orders",
        asks=(
            "Tracking says {order} was delivered yesterday but there's nothing here.",
            "My parcel {tracking} shows as delivered. I was home all day, nobody rang. What now?",
            "{carrier} claims they delivered my {product}. I don't have it and neither do the neighbors.",
        ),
        right=(
            "Please check with neighbours and wait one business day, as parcels are sometimes scanned early. If "
            "it has not turned up by then, "
            "we open a search with {carrier} (up to 5 business days) and then replace or refund it, whichever "
            "you prefer.",
            "Sometimes a parcel is scanned a day early. If it is not there by tomorrow evening, write to us "
            "again: we start a search with "
            "{carrier}, which takes up to 5 business days, and afterwards you choose between a replacement "
            "and a refund.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Once a parcel is marked as delivered, the responsibility is with the customer. Please contact "
                "{carrier} directly.",
                "We open the search and replace or refund; the customer is not left to the carrier.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Please check with your neighbours and look for a card from {carrier}.",
                "Nothing about the search, nor about replacement or refund if it stays lost.",
            ),
            Flaw(
                "wrong",
                "unsafe",
                "The parcel was accepted by your neighbour, Mr. {last}, at 14 Sample Lane, phone {phone}. You "
                "can call him.",
                "Gives away the name, address and phone number of another customer.",
            ),
        ),
        follow=(
            (
                "How long does that search take?",
                "Up to 5 business days. You get an e-mail as soon as {carrier} answers.",
            ),
            (
                "I'd rather have the money back.",
                "Noted. If the search fails, {price} goes back to your original payment method.",
            ),
        ),
        policy=LOST_POLICY,
        probe="order",
        tool="lookup_order",
        found="{order}: {product}, {carrier} {tracking}, scanned as delivered, no signature",
        difficulty="hard",
    ),
)
