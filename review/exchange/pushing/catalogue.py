"""All systems that settled labels may go to, in one dict."""

from __future__ import annotations

from review.basics.plug_ins import loaded
from review.exchange.pushing.target import Target

TARGETS = loaded(
    Target,
    {
        "langfuse": "review.exchange.pushing.langfuse:TARGET",
        "langsmith": "review.exchange.pushing.langsmith:TARGET",
        "phoenix": "review.exchange.pushing.phoenix:TARGET",
        "otlp": "review.exchange.pushing.otlp:TARGET",
    },
)
"""Every system by its name in ``--to``. A new one is a file with a ``Target``, a line here and its name in [push]."""
