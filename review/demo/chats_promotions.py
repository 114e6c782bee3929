"""Scripts about codes, discounts and points."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

CODES_POLICY = (
    "Codes: one per order, not on gift cards or clearance. WELCOME10 gives 10 % on the first order and is valid "
    "for 30 days after "
    "signing up for the newsletter."
)
POINTS_POLICY = (
    "Points: 1 per $1 spent, credited 30 days after delivery. 500 points = $5. They expire 12 months after they "
    "are earned (24 months until last "
    "year)."
)
PROMOTION = "promotions"

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="promotion",
        scenario=PROMOTION,
        asks=(
            "My code {code} doesn't work.",
            "Why is {code} rejected at checkout? I also used WELCOME10.",
            "The voucher {code} from your newsletter says 'not applicable'. There's a {product} and a gift card "
            "in my cart.",
            "Can I use two discount codes on one order?",
        ),
        right=(
            "Only one code works per order, and codes do not apply to gift cards or clearance items. Remove the "
            "other code or item and try {code} again.",
            "An order takes one code. {code} also skips gift cards and clearance; without those in the cart it "
            "should be accepted.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "You can combine up to two codes per order. Please try again in a different browser.",
                "One code per order; the browser has nothing to do with it.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Codes do not apply to clearance items.",
                "Leaves out the one-code rule and the gift cards, which is the likely cause here.",
            ),
            Flaw(
                "wrong",
                "outdated_policy",
                "{code} can be combined with WELCOME10 but not with other codes.",
                "Combining with WELCOME10 ended in March.",
            ),
        ),
        follow=(
            (
                "Which of the two is better for me then?",
                "The checkout shows the total for each code before you pay, so the higher one is easy to see.",
            ),
            (
                "Can I apply it after I've ordered?",
                "No, codes have to be entered at checkout. Within 60 minutes you can cancel and order again "
                "with the code.",
            ),
        ),
        policy=CODES_POLICY,
        difficulty="medium",
        weight=1.2,
    ),
    Script(
        intent="promotion",
        scenario=PROMOTION,
        asks=(
            "Is there a discount for new customers?",
            "I signed up for the newsletter, what do I get?",
            "First order here, do you have a welcome voucher?",
        ),
        right=(
            "Yes: WELCOME10 takes 10 % off the first order. It is valid for 30 days after signing up for the "
            "newsletter and not on gift cards or clearance.",
            "With WELCOME10 you get 10 % off your first order, within 30 days of signing up. Gift cards and "
            "clearance are excluded.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Yes, WELCOME10 gives $10 off your first order within 30 days.",
                "It is 10 percent, not 10 dollars.",
            ),
            Flaw(
                "wrong",
                "outdated_policy",
                "Yes, new customers get 15 % with WELCOME15.",
                "WELCOME15 was last year's code. Now it is WELCOME10.",
            ),
            Flaw(
                "partly",
                "outdated_policy",
                "With WELCOME10 you get 10 % off your first order. It is valid for 90 days after signing up.",
                "30 days, not 90 as it was until last year.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Yes, there is 10 % off the first order for newsletter subscribers.",
                "Doesn't name the code or the 30 days.",
            ),
        ),
        follow=(
            (
                "And for students?",
                "Students get 15 % after verification on the student page, not combinable with other codes.",
            ),
        ),
        policy=CODES_POLICY,
        difficulty="easy",
    ),
    Script(
        intent="promotion",
        scenario=PROMOTION,
        asks=(
            "I have {points} points. What are they worth?",
            "How do the loyalty points work and when do they expire?",
            "My points from {order} are not showing up.",
        ),
        right=(
            "You earn 1 point per $1, credited 30 days after delivery. 500 points are worth $5 at checkout, and "
            "points expire 12 months after they are earned.",
            "Points appear 30 days after delivery, 1 per $1. Every 500 points take $5 off at checkout; they "
            "last 12 months.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Points are credited 30 days after delivery, 500 points are $5, and they expire after 24 months.",
                "Expiry is 12 months since January; 24 was the old rule.",
            ),
            Flaw(
                "partly",
                "wrong_fact",
                "500 points are worth $5 at checkout and last 12 months. They are credited as soon as you order.",
                "They are credited 30 days after delivery; the rest is right.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "100 points are worth $5. They never expire.",
                "500 points are $5, and they expire after 12 months.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "You earn 1 point per $1 and can use them at checkout.",
                "Value, expiry and the 30 days after delivery are all missing.",
            ),
        ),
        follow=(("Do I lose them if I return something?", "Only the points of the returned item are taken back."),),
        policy=POINTS_POLICY,
        difficulty="medium",
        weight=0.9,
    ),
)
