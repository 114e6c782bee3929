"""The templates of the report. Every expression in them is escaped; none marks anything as safe."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review.basics.words import spoken
from review.report.words import percent

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
TEMPLATES.filters["percent"] = percent
TEMPLATES.filters["spoken"] = spoken
