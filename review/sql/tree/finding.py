"""One finding about a statement, and how bad it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found and where: characters ``start`` up to, not including, ``end`` of the original text.

    An error means that the statement is wrong or must not run. A warning says that a person should look. A note says
    what could not be told. ``unknown`` is an error about what the rule does not know: the statement does not run, and
    may be right all the same.
    """

    rule: str
    message: str
    start: int
    end: int
    severity: Severity = "error"
    unknown: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return rule, message, start, end and severity."""
        return {name: value for name, value in asdict(self).items() if name != "unknown"}
