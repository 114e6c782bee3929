"""The spec of an llm judge: one dataclass, read from JSON and written back to the same JSON.

The reader checks each setting by itself. Whether the spec fits the rubric, its prompt and the allow-list is checked in
``kind``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict

import orjson

from review.basics.errors import InputError
from review.judges.llm.endpoint import Endpoint, endpoint_of, variable_of

SYSTEM = """\
You review answers that an assistant gave to its users. You judge by the rubric you are given, not by taste: read the \
guidance of each dimension, weigh what speaks for each value, then choose. Length and confident tone are no merit."""

PROMPT = """\
Judge the answer under review by this rubric.

{dimensions}

{examples}{material}

{format}"""
"""The prompt of a judge whose spec has none."""

STRUCTURED = ("auto", "json_schema", "json_object", "none")
"""How the form of a reply is requested; ``auto`` tries the others in this order."""

RESERVED = ("model", "messages", "response_format", "stream", "stream_options", "n", "tools", "functions")
"""Parameters that a spec may not hold, because Spotcheck sets them."""

_SECRET = {
    *("key", "apikey", "token", "secret", "password", "passwd", "authorization"),
    *("auth", "bearer", "cookie", "credential", "credentials"),
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KEY = re.compile(r"\bbearer\s+\S{8}|\bsk[-_][\w-]{12}", re.IGNORECASE)
"""A text that looks like a key, under whatever name."""
_NO_KEY = "a judge never holds a key: put it into an environment variable and name that in key_env."


class Example(TypedDict, total=False):
    """A golden example in a prompt; ``labels`` maps dimensions to canonical values."""

    example_id: str
    conversation_id: str
    question: str
    answer: str
    labels: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class LlmSpec:
    """What an llm judge asks, of which endpoint.

    ``prompt`` and ``system`` are templates (see ``prompt``). ``parameters`` go into each request unchanged.
    ``structured`` is one of ``STRUCTURED``. ``key_env`` names the environment variable that holds the key.
    ``price_in`` and ``price_out`` are prices of a million tokens, both or neither. ``rationale`` and ``confidence``
    ask the judge for its reason and for how sure it is.
    """

    endpoint: Endpoint
    model: str
    prompt: str = PROMPT
    system: str = SYSTEM
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"temperature": 0})
    structured: str = "auto"
    key_env: str = ""
    price_in: float | None = None
    price_out: float | None = None
    examples: tuple[Example, ...] = ()
    rationale: bool = True
    confidence: bool = False

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> LlmSpec:
        """Read a spec; a setting that is missing or null has its default. Raises InputError that names the setting."""
        unknown = sorted(set(table) - set(DEFAULTS))
        if unknown:
            raise InputError(f"llm judge: found setting {unknown[0]!r}, expected {', '.join(DEFAULTS)}.")
        found = DEFAULTS | {name: value for name, value in table.items() if value is not None}
        price_in, price_out = _prices(found)
        return cls(
            endpoint=endpoint_of(found["endpoint"]),
            model=_model(found["model"]),
            # A blank prompt is one that nobody has written yet.
            prompt=prompt if (prompt := _text("prompt", found["prompt"])).strip() else PROMPT,
            system=_text("system", found["system"]),
            parameters=_parameters(found["parameters"]),
            structured=_structured(found["structured"]),
            key_env=variable_of(found["key_env"]),
            price_in=price_in,
            price_out=price_out,
            examples=_examples(found["examples"]),
            rationale=_flag("rationale", found["rationale"]),
            confidence=_flag("confidence", found["confidence"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Write the spec as it is stored and hashed."""
        return {
            "endpoint": self.endpoint.base,
            "model": self.model,
            "prompt": self.prompt,
            "system": self.system,
            "parameters": dict(self.parameters),
            "structured": self.structured,
            "key_env": self.key_env,
            "price_in": self.price_in,
            "price_out": self.price_out,
            "examples": [dict(e) for e in self.examples],
            "rationale": self.rationale,
            "confidence": self.confidence,
        }


DEFAULTS: dict[str, Any] = LlmSpec(endpoint=Endpoint("", "", 0), model="").to_json()
"""Every setting, as JSON; only ``endpoint`` and ``model`` are required."""


def _text(name: str, found: Any) -> str:
    if not isinstance(found, str):
        raise InputError(f"{name}: found {type(found).__name__}, expected a text.")
    return found


def _model(found: Any) -> str:
    if not _text("model", found).strip():
        raise InputError("Give the model: the name by which the endpoint knows it.")
    return str(found)


def _structured(found: Any) -> str:
    if found not in STRUCTURED:
        raise InputError(f"structured: found {found!r}, expected one of {', '.join(STRUCTURED)}.")
    return str(found)


def _flag(name: str, found: Any) -> bool:
    if not isinstance(found, bool):
        raise InputError(f"{name}: found {found!r}, expected true or false.")
    return found


def _parameters(found: Any) -> dict[str, Any]:
    if not isinstance(found, Mapping):
        raise InputError(f"parameters: found {type(found).__name__}, expected a table such as {{temperature = 0}}.")
    for name in found:
        if name in RESERVED:
            raise InputError(f"parameters: found {name!r}, which Spotcheck sets itself; remove it.")
    _check_secrets("parameters", found)
    try:
        plain: dict[str, Any] = orjson.loads(orjson.dumps(dict(found)))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError) as error:
        raise InputError(f"parameters: found a value that JSON cannot hold ({error}).") from None
    seed = plain.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise InputError(f"parameters.seed: found {seed!r}, expected a whole number.")
    return plain


def _check_secrets(place: str, found: Any) -> None:
    """Raise InputError for a key at any depth, recognised by its name or by its looks, without repeating it."""
    if isinstance(found, str) and _KEY.search(found):
        raise InputError(f"{place}: found a text that looks like a key; {_NO_KEY}")
    if isinstance(found, list | tuple):
        for k, inner in enumerate(found):
            _check_secrets(f"{place}[{k}]", inner)
    if isinstance(found, Mapping):
        for name, inner in found.items():
            _check_secrets(f"{place}, a name", str(name))
            if _SECRET & {word.lower() for word in _WORD.findall(str(name))}:
                raise InputError(f"{place}: found {name!r}; {_NO_KEY}")
            _check_secrets(f"{place}.{name}", inner)


def _prices(table: Mapping[str, Any]) -> tuple[float | None, float | None]:
    found = (table["price_in"], table["price_out"])
    for name, price in zip(("price_in", "price_out"), found, strict=True):
        if price is None:
            continue
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if not number or not math.isfinite(price) or price < 0:
            raise InputError(f"{name}: found {price!r}, expected the price of a million tokens, 0 or more.")
    if (found[0] is None) != (found[1] is None):
        given, missing = ("price_in", "price_out") if found[1] is None else ("price_out", "price_in")
        raise InputError(f"{missing} is missing beside {given}. Give both prices or neither.")
    return found


def _examples(found: Any) -> tuple[Example, ...]:
    if not isinstance(found, list | tuple):
        raise InputError(f"examples: found {type(found).__name__}, expected a list.")
    for number, example in enumerate(found, start=1):
        whole = isinstance(example, Mapping) and isinstance(example.get("labels"), Mapping)
        if not whole or not isinstance(example.get("answer"), str):
            raise InputError(f"examples, number {number}: expected a question, an answer and labels by dimension.")
    return tuple(found)
