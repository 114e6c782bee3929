"""The form of a reply as an endpoint can be told it: a JSON schema, any JSON object, or nothing but the prompt."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Any

from review.judges.llm.rubric import conditional, values_of
from review.judges.protocol.protocol import Spec
from review.rubric.rubric import Dimension

FORMS = ("json_schema", "json_object", "none")
STRUCTURED = ("auto", *FORMS)

_ABOUT_FORM = re.compile(
    r"response_?format|json_?schema|json_?object|structured.output|guided|grammar|invalid format", re.IGNORECASE
)


def schema_of(spec: Spec, dimensions: Sequence[Dimension], reverse: bool) -> dict[str, Any]:
    """The JSON schema of a reply. Every property is required and the reason comes first, so that it is not made up
    afterwards; only keywords that strict endpoints know are used."""
    return _object({d.name: _object(_entry(spec, d, dimensions, reverse)) for d in dimensions})


def _entry(spec: Spec, dimension: Dimension, asked: Sequence[Dimension], reverse: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {"rationale": {"type": "string"}} if spec["rationale"] else {}
    entry["label"] = _label(dimension, asked, reverse)
    return entry | ({"confidence": {"type": "number"}} if spec["confidence"] else {})


def _label(dimension: Dimension, asked: Sequence[Dimension], reverse: bool) -> dict[str, Any]:
    values = list(values_of(dimension, reverse))
    if not values:
        return {"type": "number"}
    if dimension.scale.kind == "set":
        return {"type": "array", "items": {"type": "string", "enum": values}}
    if conditional(dimension, asked):
        return {"type": ["string", "null"], "enum": [*values, None]}
    return {"type": "string", "enum": values}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def response_format(form: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What a request says of the reply's form: {} or {"response_format": ...}."""
    if form == "json_schema":
        said = {"type": form, "json_schema": {"name": "verdict", "strict": True, "schema": schema}}
        return {"response_format": said}
    return {"response_format": {"type": form}} if form == "json_object" else {}


def is_about_form(status: int | None, said: str) -> bool:
    """Whether an endpoint refused a request for its ``response_format``. Some say so with a status of 500."""
    return status is not None and (status in (400, 415, 422) or status >= 500) and bool(_ABOUT_FORM.search(said))


class Ladder:
    """Which form the endpoint is asked for: for "auto" the strictest that it has not refused in this run."""

    def __init__(self, structured: str) -> None:
        self._forms = FORMS if structured == "auto" else (structured,)
        self._at = 0
        self._lock = threading.Lock()

    @property
    def form(self) -> str:
        """The form to ask for now."""
        return self._forms[self._at]

    def refused(self, form: str) -> bool:
        """Remember that ``form`` was refused; returns whether there is another one to try."""
        with self._lock:
            last = self._at == len(self._forms) - 1
            if self.form == form and not last:
                self._at += 1
                return True
            return self.form != form
