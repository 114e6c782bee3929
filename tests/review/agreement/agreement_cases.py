"""Ratings for the agreement tests: published cases kept as data, and small tables written in the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from examples import examples

from review.basics.labels import Label, Ratings, Scale, ScaleKind, ratings_of

DATA = Path(__file__).resolve().parents[2] / "data" / "agreement"
# no deadline: a busy machine makes single examples slow
patient = examples(40)

SHARED = Path(__file__).resolve().parents[3].parent / "shared"


def published(name: str) -> dict[str, Any]:
    """One published case with its source and expected figures."""
    case: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return case


def ratings_from_columns(columns: dict[str, list[str | None]], kind: ScaleKind, values: tuple[str, ...]) -> Ratings:
    """One column per rater, None where a rating is missing."""
    labels = [
        Label(f"u{row:02}", rater, "label", value)
        for rater, column in columns.items()
        for row, value in enumerate(column)
        if value is not None
    ]
    return ratings_of(labels, Scale(kind, values))


def columns(text: str) -> dict[str, list[str | None]]:
    """Raters as lines, one character per item, a dot where a rating is missing."""
    return {
        f"r{number}": [None if c == "." else c for c in line.strip()]
        for number, line in enumerate(text.strip().splitlines(), start=1)
    }


def ratings_from_counts(counts: list[list[int]], values: tuple[str, ...]) -> Ratings:
    """Items by categories, raters being mere positions."""
    labels = [
        Label(f"u{row:02}", f"any{position}", "label", value)
        for row, numbers in enumerate(counts)
        for position, value in enumerate(v for v, n in zip(values, numbers, strict=True) for _ in range(n))
    ]
    return ratings_of(labels, Scale("nominal", values))


def ratings_from_table(table: list[list[int]], kind: ScaleKind, values: tuple[str, ...]) -> Ratings:
    """Two raters A (rows) and B (columns)."""
    pairs = [
        (a, b) for a, row in zip(values, table, strict=True) for b, n in zip(values, row, strict=True) for _ in range(n)
    ]
    return ratings_from_columns({"A": [a for a, _ in pairs], "B": [b for _, b in pairs]}, kind, values)
