"""Scripts about products."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

WARRANTY_POLICY = (
    "Warranty: 2 years on electronics, 1 year on furniture and textiles, from delivery. Choose repair or "
    "replacement under Orders > Warranty; "
    "a photo of the fault is enough."
)

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="product",
        scenario="products",
        asks=(
            "Question about the {item}: {ask}?",
            "Hi! {Ask}? I mean the {item}.",
            "{Ask}? ({item})",
            "Thinking about buying the {item}. {Ask}?",
        ),
        right=(
            "{Fact}.",
            "According to the data sheet, {fact}.",
            "{Fact}. You find this on the product page under 'Details'.",
        ),
        flaws=(
            Flaw("wrong", "wrong_fact", "{False}.", "The data sheet says otherwise: {fact}."),
            Flaw(
                "wrong", "wrong_fact", "According to the data sheet, {false}.", "Not what the data sheet says: {fact}."
            ),
            Flaw(
                "partly",
                "incomplete",
                "The {item} is in stock and can be ordered. Details are on the product page.",
                "Sends the customer away although the retrieved data sheet has the answer.",
            ),
            Flaw(
                "wrong",
                "misunderstood",
                "The {item} ships in 3-5 business days and can be returned within 30 days.",
                "A question about the product, answered with shipping.",
            ),
        ),
        follow=(
            ("Is it in stock?", "Yes, it is in stock and ships within one business day."),
            ("How long is the warranty?", "2 years on electronics, 1 year on furniture and textiles."),
            (
                "Does it come in {color}?",
                "The colors that are available can be seen on the product page; {color} is one of them.",
            ),
        ),
        policy="Data sheet, {item}: {fact}.",
        tool="search_catalogue",
        found="1 match: {item}, in stock",
        difficulty="easy",
        weight=3.2,
        slots=(
            {
                "item": "Larkfield kettle 1.7 L",
                "ask": "does the lid come off for cleaning",
                "fact": "the lid lifts off completely and can go into the dishwasher",
                "false": "the lid is fixed and can only be wiped",
            },
            {
                "item": "Tovel desk fan",
                "ask": "how loud is it at the lowest level",
                "fact": "it runs at 24 dB on the lowest of four levels",
                "false": "it runs at 42 dB on the lowest level, which is about as loud as a refrigerator",
            },
            {
                "item": "Aster linen duvet cover",
                "ask": "can I put it in the dryer",
                "fact": "it can be washed at 40 °C (104 °F) and tumble-dried on low heat",
                "false": "it is dry-clean only",
            },
            {
                "item": "Nomi wireless speaker",
                "ask": "can two of them be paired for stereo",
                "fact": "two speakers can be paired for stereo in the app, from firmware 2.1 on",
                "false": "stereo pairing is not supported, each speaker plays on its own",
            },
            {
                "item": "Brisa air purifier",
                "ask": "what room size is it good for and how often do I need a new filter",
                "fact": "it is made for rooms up to 35 m² (375 sq ft) and the filter lasts about 6 months",
                "false": "it is made for rooms up to 60 m² (645 sq ft) and the filter lasts 2 years",
            },
            {
                "item": "Holm bookshelf, oak",
                "ask": "how much weight does one shelf hold",
                "fact": "each shelf holds up to 18 kg (40 lb) when the wall bracket is mounted",
                "false": "each shelf holds up to 50 kg (110 lb), no wall mounting needed",
            },
            {
                "item": "Pebble bath mat",
                "ask": "is the underside non-slip, also on a wet floor",
                "fact": "the underside is natural latex and non-slip on dry and on wet floors",
                "false": "there is no coating, so a separate non-slip pad is needed",
            },
            {
                "item": "Corvo cast-iron pan 26 cm",
                "ask": "does it work on induction",
                "fact": "it works on all stoves including induction and in the oven up to 250 °C (480 °F)",
                "false": "it works on gas and electric stoves but not on induction",
            },
            {
                "item": "Lumen reading lamp",
                "ask": "can the light be dimmed and is a bulb included",
                "fact": "it dims in five steps and the LED is built in, so no bulb is needed",
                "false": "it cannot be dimmed and needs an E14 bulb that is sold separately",
            },
            {
                "item": "Fjell 28 L backpack",
                "ask": "does a 16 inch laptop fit",
                "fact": "the padded compartment takes laptops up to 16 inches",
                "false": "the compartment takes laptops up to 14 inches, so a 16 inch one does not fit",
            },
        ),
    ),
    Script(
        intent="product",
        scenario="products",
        asks=(
            "My {product} stopped working after {months} months. Is that still under warranty?",
            "The {product} broke. Bought {months} months ago, order {order}. What can you do?",
        ),
        right=(
            "Electronics have a 2-year warranty, so {months} months is covered. Open Orders > {order} > "
            "Warranty, add a photo of the fault and choose repair or replacement.",
            "Yes, it is covered: 2 years on electronics. Please upload a photo under Orders > Warranty; you can "
            "choose between repair and replacement.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "The warranty is one year, so after {months} months a repair would have to be paid.",
                "Electronics have had 2 years since January.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Please contact the manufacturer, we do not handle warranty cases.",
                "Warranty cases run through us: Orders > Warranty.",
            ),
            Flaw("partly", "incomplete", "Yes, electronics have a 2-year warranty.", "How to claim it is missing."),
        ),
        follow=(
            ("How long does a repair take?", "About 10 business days from the day the item reaches the workshop."),
        ),
        policy=WARRANTY_POLICY,
        probe="order",
        difficulty="medium",
        slots=tuple(
            {"product": product, "months": months}
            for product, months in (
                ("Larkfield hand blender", "14"),
                ("Nomi wireless speaker", "16"),
                ("Tovel desk fan", "19"),
                ("Lumen reading lamp", "13"),
            )
        ),
    ),
)
