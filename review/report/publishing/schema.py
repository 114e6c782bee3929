"""The tables that are published: their columns and what each means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

PREFIX = "spotcheck_"
TEXT, NUMBER, WHOLE = "text", "number", "whole"

Row = dict[str, Any]
"""One row of a table, by column."""


class Column(NamedTuple):
    """The kind of a column, and what it holds."""

    kind: str
    about: str


class Table(NamedTuple):
    """What the rows of a table are, and the columns that are its own.

    ``unweighted`` says why its rows have no group, probability and weight; it is empty where they have them.
    """

    about: str
    columns: Mapping[str, Column]
    unweighted: str = ""


SHARED = {
    "row_key": Column(TEXT, "the key of the row: one row has it, however often results are published"),
    "store": Column(TEXT, "the store that it comes from"),
    "week": Column(TEXT, "the week of review, such as 2026-W47"),
    "digest": Column(TEXT, "changes with the content of the row"),
}
"""Columns of every table, before its own ones."""
DESIGN = {
    "group": Column(TEXT, "the group that the item was drawn from; empty for one that somebody picked by hand"),
    "probability": Column(NUMBER, "the probability with which the item was drawn; empty for one picked by hand"),
    "weight": Column(NUMBER, "how many conversations of production the row stands for; 0 for one picked by hand"),
}
_ITEM = {"item": Column(TEXT, "the item"), **DESIGN}

TABLES: dict[str, Table] = {
    "items": Table(
        "what was reviewed",
        {
            **_ITEM,
            "conversation": Column(TEXT, "the conversation"),
            "source": Column(TEXT, "the source of the conversation"),
            "trace": Column(TEXT, "the id of the conversation, or its trace, in the source"),
            "session": Column(TEXT, "a keyed hash of the session"),
            "created_at": Column(TEXT, "when the conversation was, in UTC"),
            "model": Column(TEXT, "the model"),
            "prompt_version": Column(TEXT, "the version of the prompt"),
            "status": Column(TEXT, "ok or error"),
            "scenario": Column(TEXT, "the scenario that the source named"),
        },
    ),
    "labels": Table(
        "what each reviewer said of an item, one row for each dimension",
        {
            **_ITEM,
            "rater": Column(TEXT, "the id of the reviewer"),
            "dimension": Column(TEXT, "the dimension of the rubric"),
            "value": Column(TEXT, "the value; several values of a set with | between"),
            "rubric_version": Column(WHOLE, "the version of the rubric"),
            "at": Column(TEXT, "when, in UTC"),
        },
    ),
    "settlements": Table(
        "the settled label of each item, one row for each dimension; here sum(weight * positive) / sum(weight) of a "
        "dimension with a positive value is the share of production that people found positive",
        {
            **_ITEM,
            "dimension": Column(TEXT, "the dimension of the rubric"),
            "value": Column(TEXT, "the settled value; empty for a tie that nobody has settled"),
            "positive": Column(WHOLE, "1 for the value that the rubric calls positive, 0 for others, empty for none"),
            "rule": Column(TEXT, "adjudicated, unanimous, plurality, single or tie"),
            "votes": Column(WHOLE, "the number of votes"),
        },
    ),
    "verdicts": Table(
        "what each judge said of an item, one row for each dimension",
        {
            **_ITEM,
            "judge": Column(TEXT, "the judge"),
            "version": Column(TEXT, "its version"),
            "dimension": Column(TEXT, "the dimension of the rubric"),
            "value": Column(TEXT, "the verdict; empty for none"),
            "score": Column(NUMBER, "its score, where it gives one"),
            "at": Column(TEXT, "when, in UTC"),
        },
    ),
    "estimates": Table(
        "the share of production with the positive value, by week and dimension",
        {
            "dimension": Column(TEXT, "the dimension of the rubric"),
            "positive": Column(TEXT, "the positive value"),
            "basis": Column(TEXT, "people: from the labels of people alone; headline: the number that pages show"),
            "value": Column(NUMBER, "the estimate; empty where there is none"),
            "low": Column(NUMBER, "the lower end of its 95% interval"),
            "high": Column(NUMBER, "the upper end"),
            "labelled": Column(WHOLE, "the number of labelled items"),
            "undefined": Column(TEXT, "why there is no estimate"),
        },
        unweighted="a row is the result over all items of its week, whose weights are in it already. Summing estimates "
        "with weights would count them twice: sum the settlements instead",
    ),
    "releases": Table(
        "the releases of golden examples; their week is empty",
        {
            "release": Column(TEXT, "the name"),
            "content_hash": Column(TEXT, "the hash of its examples"),
            "size": Column(WHOLE, "the number of examples"),
            "at": Column(TEXT, "when, in UTC"),
            "by": Column(TEXT, "who released it"),
        },
        unweighted="a row is a list of examples that people chose. None was drawn from production, so none stands for "
        "other conversations",
    ),
}
"""Every table by its name, which stands behind ``PREFIX`` in the warehouse."""


def described(table: str) -> dict[str, Column]:
    """Return the columns of a table, in order, with their meaning."""
    return {**SHARED, **TABLES[table].columns}


def columns_of(table: str) -> dict[str, str]:
    """Return the kind of each column of a table, in order."""
    return {name: column.kind for name, column in described(table).items()}
