"""Prompt templates: bare ``{names}`` filled once with the rubric's and the subject's words; ``{{`` is a brace.

A name is looked up in two dicts and nowhere else: no attribute, no index, no conversion, and what was filled in is
never read as a template again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.judges.llm.data import DATA, RULE
from review.judges.llm.form import schema_of
from review.judges.llm.rubric import RUBRIC
from review.judges.protocol.protocol import Spec, Subject
from review.rubric.rubric import Dimension

SYSTEM = """\
You review answers that an assistant gave to its users. You judge by the rubric you are given, not by taste: read the \
guidance of each dimension, weigh what speaks for each value, then choose. Length and confident tone are no merit."""

PROMPT = """\
Judge the answer under review by this rubric.

{dimensions}

{examples}{material}

{format}"""
"""What a judge asks unless it says otherwise."""

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Piece(NamedTuple):
    """A literal text and the field that follows it, "" for none."""

    literal: str
    field: str


class Prompt(NamedTuple):
    """A template with everything filled in that does not depend on the subject; ``schema`` is the reply's."""

    system: str
    pieces: tuple[Piece, ...]
    schema: dict[str, Any]


def pieces_of(template: str, setting: str) -> tuple[Piece, ...]:
    """Take a template apart. Raises InputError for an unknown field or a lone brace, with the fields there are."""
    found, literal, end = [], "", 0
    for token in _TOKEN.finditer(template):
        literal += template[end : token.start()]
        end = token.end()
        if token[0] in ("{{", "}}"):
            literal += token[0][0]
            continue
        name = (token[1] or "").strip()
        if name not in DATA and name not in RUBRIC:
            raise InputError(_unknown(token[0], setting))
        found.append(Piece(literal, name))
        literal = ""
    return (*found, Piece(literal + template[end:], ""))


def _unknown(token: str, setting: str) -> str:
    known = ", ".join(f"{{{name}}}" for name in (*RUBRIC, *DATA))
    shown = token if len(token) <= 60 else token[:57] + "..."
    return (
        f"{setting}: found {shown!r}, expected one of the fields {known}; a brace of the text is written {{{{ or }}}}."
    )


def check_templates(spec: Spec) -> None:
    """Raise InputError for a template that cannot be filled, shows nothing to judge, or has data in the system text."""
    fields = [p.field for p in pieces_of(spec["prompt"], "prompt") if p.field]
    if not set(fields) & set(DATA):
        raise InputError("prompt: found no field that shows what is to be judged, expected {material} or {answer}.")
    if spec["examples"] and "examples" not in fields:
        raise InputError(
            f"prompt: found no {{examples}}, but the judge has {len(spec['examples'])}. Put {{examples}} where they "
            "should stand, or take the examples away."
        )
    inside = [p.field for p in pieces_of(spec["system"], "system") if p.field in DATA]
    if inside:
        raise InputError(
            f"system: found {{{inside[0]}}}, expected no text of a conversation there, where it would speak with "
            "authority. Put it into the prompt."
        )


def prompt_of(spec: Spec, dimensions: Sequence[Dimension], *, reverse: bool) -> Prompt:
    """Fill in the rubric, its values in declared or in reverse order. The form of the reply is never left out."""
    fixed = {name: fill(spec, dimensions, reverse) for name, fill in RUBRIC.items()}
    pieces = pieces_of(spec["prompt"], "prompt")
    if "format" not in {p.field for p in pieces}:
        pieces = (*pieces, Piece("\n\n", "format"))
    system = "".join(p.literal + fixed.get(p.field, "") for p in pieces_of(spec["system"], "system"))
    return Prompt(f"{system}\n\n{RULE}".strip(), _joined(pieces, fixed), schema_of(spec, dimensions, reverse))


def _joined(pieces: Sequence[Piece], fixed: dict[str, str]) -> tuple[Piece, ...]:
    """The pieces with what is fixed drawn into the literals; what remains are fields of the subject."""
    joined, literal = [], ""
    for piece in pieces:
        literal += piece.literal + fixed.get(piece.field, "")
        if piece.field in DATA:
            joined.append(Piece(literal, piece.field))
            literal = ""
    return (*joined, Piece(literal, ""))


def messages_of(prompt: Prompt, subject: Subject) -> list[dict[str, str]]:
    """What is sent about one subject."""
    text = "".join(p.literal + (DATA[p.field](subject) if p.field else "") for p in prompt.pieces)
    return [{"role": "system", "content": prompt.system}, {"role": "user", "content": text.strip()}]
