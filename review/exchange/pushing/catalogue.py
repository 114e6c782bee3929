"""All systems that settled labels may go to, in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.exchange.pushing.system import System

SYSTEMS = loaded(
    System,
    {
        "langfuse": "review.exchange.pushing.langfuse:SYSTEM",
        "langsmith": "review.exchange.pushing.langsmith:SYSTEM",
        "phoenix": "review.exchange.pushing.phoenix:SYSTEM",
        "otlp": "review.exchange.pushing.otlp:SYSTEM",
    },
)
"""Every system by its name in ``--to``. A new one is a file with a ``System`` and a line here."""
