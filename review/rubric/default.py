"""The rubric of a new project, as data: correctness, reasons, intent and politeness."""

from __future__ import annotations

from typing import Any

INTENTS = [
    *("order_status", "return", "refund", "shipping", "account"),
    *("promotion", "product", "complaint", "data_question", "other"),
]

DEFAULT_RUBRIC: dict[str, Any] = {
    "reveal": True,
    "dimensions": [
        {
            "name": "correctness",
            "title": "Correctness",
            "scale": "ordinal",
            "values": ["wrong", "partly", "correct"],
            "positive": "wrong",
            "guidance": "Would the user, acting on this answer alone, get what they need? Judge facts, policy and SQL, "
            "not the tone.",
            "value_guidance": {
                "wrong": "A fact, a rule or the query is wrong, or the question was not answered.",
                "partly": "Right as far as it goes, but something that matters is missing.",
                "correct": "Complete and right; nothing to add.",
            },
        },
        {
            "name": "reasons",
            "title": "Why not correct",
            "scale": "set",
            "values": ["wrong_fact", "incomplete", "outdated_policy", "misunderstood", "wrong_sql", "unsafe"],
            "shown_when": {"correctness": ["wrong", "partly"]},
            "guidance": "Choose every reason that applies, then Enter.",
        },
        {
            "name": "intent",
            "title": "Intent",
            "scale": "nominal",
            "values": INTENTS,
            "guidance": "What the user wanted, whatever the answer was about.",
        },
        {
            "name": "politeness",
            "title": "Politeness",
            "scale": "ordinal",
            "values": ["rude", "neutral", "friendly"],
            "positive": "rude",
            "guidance": "The tone of the answers only.",
            "value_guidance": {
                "rude": "Blunt; refuses without any softening.",
                "neutral": "Professional, no warmth.",
                "friendly": "Polite words, offers further help.",
            },
        },
    ],
}
