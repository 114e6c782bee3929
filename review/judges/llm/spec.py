"""The spec of an llm judge: made whole, and refused where it cannot work, with a sentence that names the setting."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from review.basics.errors import InputError
from review.judges.llm.endpoint import check_allowed, endpoint_of, variable_of
from review.judges.llm.form import STRUCTURED
from review.judges.llm.prompt import PROMPT, SYSTEM, check_templates
from review.judges.protocol.protocol import Spec
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

DEFAULTS: Spec = {
    "endpoint": "",
    "model": "",
    "prompt": PROMPT,
    "system": SYSTEM,
    "parameters": {"temperature": 0},
    "structured": "auto",
    "key_env": "",
    "price_in": None,
    "price_out": None,
    "examples": [],
    "rationale": True,
    "confidence": False,
}
"""Every setting; only ``endpoint`` and ``model`` must be given."""

RESERVED = ("model", "messages", "response_format", "stream", "stream_options", "n", "tools", "functions")
_SECRET = {
    *("key", "apikey", "token", "secret", "password", "passwd", "authorization"),
    *("auth", "bearer", "cookie", "credential", "credentials"),
}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_KEY = re.compile(r"\bbearer\s+\S{8}|\bsk[-_][\w-]{12}", re.IGNORECASE)
"""A text that is a key by its looks, whatever it is called."""
_NO_KEY = "a key never stands in a judge: put it into an environment variable, and the variable's name into key_env."


def checked(spec: Spec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> Spec:
    """The whole spec. Raises InputError for a wrong setting, a template that cannot be filled, a host not allow-listed.

    ``prompt`` and ``system`` are templates (``llm_prompt``); ``parameters`` go into the request as they are;
    ``structured`` is how the reply's form is asked for: auto, json_schema, json_object or none; ``key_env`` names the
    environment variable with the key; ``price_in`` and ``price_out`` are prices of a million tokens; ``rationale`` and
    ``confidence`` tell whether the judge is asked for its reason and for how sure it is.
    """
    unknown = sorted(set(spec) - set(DEFAULTS))
    if unknown:
        raise InputError(f"llm judge: found setting {unknown[0]!r}, expected {', '.join(DEFAULTS)}.")
    if not dimensions:
        raise InputError("llm judge: found no dimension, expected at least one of the rubric's.")
    whole = DEFAULTS | {k: v for k, v in spec.items() if v is not None}
    endpoint = endpoint_of(whole["endpoint"])
    whole["endpoint"] = endpoint.base
    _check_texts(whole)
    _check_choices(whole)
    whole["key_env"] = variable_of(whole["key_env"])
    whole["parameters"] = _parameters(whole["parameters"])
    whole["price_in"], whole["price_out"] = _prices(whole)
    whole["examples"] = _examples(whole["examples"], dimensions)
    check_templates(whole)
    check_allowed(endpoint, settings)
    return whole


def _check_texts(spec: Spec) -> None:
    for name in ("model", "prompt", "system"):
        if not isinstance(spec[name], str):
            raise InputError(f"{name}: found {type(spec[name]).__name__}, expected a text.")
    if not spec["model"].strip():
        raise InputError("model: found nothing, expected the name by which the endpoint knows the model.")
    # An empty prompt is one that nobody has written yet.
    spec["prompt"] = spec["prompt"] if spec["prompt"].strip() else PROMPT


def _check_choices(spec: Spec) -> None:
    if spec["structured"] not in STRUCTURED:
        raise InputError(f"structured: found {spec['structured']!r}, expected one of {', '.join(STRUCTURED)}.")
    for name in ("rationale", "confidence"):
        if not isinstance(spec[name], bool):
            raise InputError(f"{name}: found {spec[name]!r}, expected true or false.")


def _parameters(found: Any) -> dict[str, Any]:
    if not isinstance(found, Mapping):
        raise InputError(f"parameters: found {type(found).__name__}, expected a table such as {{temperature = 0}}.")
    for name in found:
        if name in RESERVED:
            raise InputError(f"parameters: found {name!r}, which Spotcheck sets itself; take it away.")
    _check_secrets("parameters", found)
    try:
        plain: dict[str, Any] = orjson.loads(orjson.dumps(dict(found)))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError) as error:
        raise InputError(f"parameters: found what JSON cannot say ({error}).") from None
    seed = plain.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise InputError(f"parameters.seed: found {seed!r}, expected a whole number.")
    return plain


def _check_secrets(place: str, found: Any) -> None:
    """Raise InputError for a key at any depth: by its name, or by its looks; neither is repeated when it may be one."""
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


def _prices(spec: Spec) -> tuple[float | None, float | None]:
    found = (spec["price_in"], spec["price_out"])
    for name, price in zip(("price_in", "price_out"), found, strict=True):
        if price is None:
            continue
        number = isinstance(price, int | float) and not isinstance(price, bool)
        if not number or not math.isfinite(price) or price < 0:
            raise InputError(f"{name}: found {price!r}, expected the price of a million tokens, 0 or more.")
    if (found[0] is None) != (found[1] is None):
        given, missing = ("price_in", "price_out") if found[1] is None else ("price_out", "price_in")
        raise InputError(f"{missing}: found nothing beside {given}, expected both prices or none.")
    return found


def _examples(found: Any, dimensions: Sequence[Dimension]) -> list[dict[str, Any]]:
    if not isinstance(found, list | tuple):
        raise InputError(f"examples: found {type(found).__name__}, expected a list.")
    return [_example(f"examples, number {k}", e, dimensions) for k, e in enumerate(found, start=1)]


def _example(place: str, found: Any, dimensions: Sequence[Dimension]) -> dict[str, Any]:
    """One example with canonical labels; labels of other dimensions stay away from this judge's prompt."""
    labels = found.get("labels") if isinstance(found, Mapping) else None
    if not isinstance(labels, Mapping) or not isinstance(found.get("answer"), str):
        raise InputError(f"{place}: expected a question, an answer and labels by dimension.")
    clean: dict[str, Any] = {}
    for d in dimensions:
        try:
            value = d.scale.canonical(labels.get(d.name))
        except ValueError as error:
            raise InputError(f"{place}, {d.name}: found {labels[d.name]!r}, expected {error}.") from None
        if value is not None:
            clean[d.name] = list(value) if isinstance(value, tuple) else value
    if not clean:
        raise InputError(f"{place}: found no label in {', '.join(d.name for d in dimensions)}; it shows nothing.")
    return {**found, "labels": clean}
