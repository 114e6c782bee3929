"""What is asked: prompts from templates, and a question for each subject, repeat and order of the values.

A template holds bare ``{names}``; ``{{`` stands for a brace. A name is looked up in ``RUBRIC`` and ``DATA`` and nowhere
else: there is no attribute, index or conversion, and a text that was filled in is never read as a template again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from review.basics.errors import InputError
from review.judges.llm.material import DATA, RULE
from review.judges.llm.rubric import RUBRIC, schema_of
from review.judges.llm.spec import LlmSpec
from review.judges.protocol.protocol import Options, Subject
from review.rubric.rubric import Dimension

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Piece(NamedTuple):
    """A literal text and the field that follows it, "" for none."""

    literal: str
    field: str


class Prompt(NamedTuple):
    """A prompt with everything filled in that does not depend on the subject, and the JSON schema of the reply."""

    system: str
    pieces: tuple[Piece, ...]
    schema: dict[str, Any]


def pieces_of(template: str, setting: str) -> tuple[Piece, ...]:
    """Split a template into pieces. Raises InputError, with the known fields, for another field or a lone brace."""
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
    return f"{setting}: found {shown!r}, expected one of the fields {known}; write a brace of the text as {{{{ or }}}}."


def check_templates(spec: LlmSpec) -> None:
    """Raise InputError for a template that cannot be filled, shows nothing to judge, or puts data into ``system``."""
    fields = [p.field for p in pieces_of(spec.prompt, "prompt") if p.field]
    if not set(fields) & set(DATA):
        raise InputError("prompt: add {material} or {answer}, so that the judge sees the answer.")
    if spec.examples and "examples" not in fields:
        raise InputError(
            f"prompt: found no {{examples}}, but the judge has {len(spec.examples)}. Put {{examples}} where they "
            "should stand, or remove the examples."
        )
    inside = [p.field for p in pieces_of(spec.system, "system") if p.field in DATA]
    if inside:
        raise InputError(
            f"system: found {{{inside[0]}}}. A model obeys its system text, so text of a conversation must not stand "
            "there. Put the field into the prompt."
        )


def prompt_of(spec: LlmSpec, dimensions: Sequence[Dimension], *, reverse: bool) -> Prompt:
    """Fill in the rubric, with its values in declared or in reverse order.

    A template without ``{format}`` gets the form of the reply at its end.
    """
    fixed = {name: fill(spec, dimensions, reverse) for name, fill in RUBRIC.items()}
    pieces = pieces_of(spec.prompt, "prompt")
    if "format" not in {p.field for p in pieces}:
        pieces = (*pieces, Piece("\n\n", "format"))
    system = "".join(p.literal + fixed.get(p.field, "") for p in pieces_of(spec.system, "system"))
    return Prompt(f"{system}\n\n{RULE}".strip(), _joined(pieces, fixed), schema_of(spec, dimensions, reverse))


def _joined(pieces: Sequence[Piece], fixed: dict[str, str]) -> tuple[Piece, ...]:
    """Merge the fixed texts into the literals, so that only fields of the subject remain."""
    joined, literal = [], ""
    for piece in pieces:
        literal += piece.literal + fixed.get(piece.field, "")
        if piece.field in DATA:
            joined.append(Piece(literal, piece.field))
            literal = ""
    return (*joined, Piece(literal, ""))


def messages_of(prompt: Prompt, subject: Subject) -> list[dict[str, str]]:
    """Return the chat messages about one subject."""
    text = "".join(p.literal + (DATA[p.field](subject) if p.field else "") for p in prompt.pieces)
    return [{"role": "system", "content": prompt.system}, {"role": "user", "content": text.strip()}]


class Ask(NamedTuple):
    """One vote to ask for: the index of its subject, whether the values are reversed, and which repeat it is."""

    subject: int
    reverse: bool
    repeat: int


def asks_of(options: Options, subjects: int) -> list[Ask]:
    """List all votes to ask for, those of one subject together."""
    orders = (False, True) if options.swap else (False,)
    return [Ask(k, order, repeat) for k in range(subjects) for repeat in range(options.repeats) for order in orders]


class Question(NamedTuple):
    """One request without its ``response_format``; ``digest`` identifies the question and finds its reply again."""

    subject: str
    digest: str
    payload: Mapping[str, Any]
    schema: dict[str, Any]


class Questions(NamedTuple):
    """What all questions of a run share; the prompts are those of the declared and of the reverse order."""

    spec: LlmSpec
    prompts: tuple[Prompt, Prompt]

    def question(self, ask: Ask, subject: Subject) -> Question:
        """Return the request for one vote and its digest.

        The digest covers the address, the model, the messages, the parameters, the requested form of reply (not the
        form that the endpoint accepted in the end) and the number of the repeat. It covers no id of the subject.
        """
        prompt = self.prompts[ask.reverse]
        payload: dict[str, Any] = {
            **self.spec.parameters,
            "model": self.spec.model,
            "messages": messages_of(prompt, subject),
        }
        if ask.repeat and "seed" in payload:
            payload["seed"] += ask.repeat
        form = self.spec.structured
        asked = [
            self.spec.endpoint.url,
            payload,
            [form, prompt.schema if form in ("auto", "json_schema") else None],
            ask.repeat,
        ]
        digest = hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return Question(subject.id, digest, payload, prompt.schema)


def questions_of(spec: LlmSpec, dimensions: Sequence[Dimension]) -> Questions:
    """Fill in everything that does not depend on the subject."""
    prompts = (prompt_of(spec, dimensions, reverse=False), prompt_of(spec, dimensions, reverse=True))
    return Questions(spec, prompts)
