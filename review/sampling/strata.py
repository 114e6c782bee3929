"""The groups of a draw (strata), declared as data: which conversations fail, which are doubtful, which are the rest.

A conversation belongs to the first group that fits. A condition on an absent column or an empty cell does not hold
(except ``absent`` itself): NULL neither fails nor counts as doubtful. Further groups are data too (:func:`groups_of`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from review.basics.errors import InputError

Cap = int | Literal["all"]
Test = Literal["in", "first_in", "any_word", "below", "at_least", "present", "absent"]
REST = "rest"
JUDGES_DISAGREE = "judges_disagree"
"""The group of conversations whose judges contradict each other, and the column of the log that tells it."""
FLAGGED = "flagged"
"""The column of the log with the names of the checks that raised their hand."""
DEFAULT_CAP = 50

TRUE_WORDS = ("true", "t", "1", "1.0", "yes", "y")
FALSE_WORDS = ("false", "f", "0", "0.0", "no", "n")
# What a thumb down is called. 0 is left out: many logs write it for "no feedback given".
NEGATIVE_FEEDBACK = (
    "down", "thumb_down", "thumbs_down", "thumb-down", "thumbs-down", "thumb down", "thumbs down", "thumbsdown",
    "negative", "dislike", "disliked", "bad", "false", "-1", "-1.0", "\U0001f44e",
)  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """One test of one field of the log.

    ``in``: the text, trimmed and in lower case, is one of ``value``; ``first_in``: its first word before a comma is
    (feedback such as ``down,copied``); ``any_word``: one of its words between spaces is; ``below``, ``at_least``: the
    number is; ``present``: there is any text; ``absent``: there is none.
    """

    field: str
    test: Test
    value: Any = None

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether one row fits, exactly as the SQL of it says."""
        cell = row.get(self.field)
        text = "" if cell is None else str(cell)
        if self.test in ("in", "first_in"):
            word = text.strip(" ").lower()
            return (word if self.test == "in" else word.split(",")[0]) in self.value
        if self.test == "any_word":
            return any(word in self.value for word in text.strip(" ").lower().split(" "))
        if self.test in ("present", "absent"):
            return (text != "") == (self.test == "present")
        try:
            number = float(text)
        except ValueError:
            return False
        return number < self.value if self.test == "below" else number >= self.value


@dataclass(frozen=True)
class Group:
    """A stratum: a conversation fits when all conditions of any of the alternatives hold.

    ``cap`` is how many are drawn by default where the rate gives fewer, or "all"; None leaves the group to the rate.
    """

    name: str
    alternatives: tuple[tuple[Condition, ...], ...]
    cap: Cap | None = None

    def fits(self, row: Mapping[str, Any]) -> bool:
        """Whether one row fits."""
        return any(all(c.holds(row) for c in conditions) for conditions in self.alternatives)


def default_groups(
    confidence: float = 0.5, *, failing_checks: Sequence[str] = (), judges_disagree: Cap | None = None
) -> tuple[Group, ...]:
    """Failing, then low confidence, then where judges disagree if that is asked for; whatever fits none is the rest.

    Failing: status error (without a status: an error type or message, as on import), negative feedback, or flagged by
    one of ``failing_checks`` on import. ``judges_disagree`` is how many of those in which two judges of the log
    contradict each other are drawn, "all" or a number; None leaves them where they are.
    Low confidence: flagged, or confidence under ``confidence``, or unrepaired: a repair was needed (an error type, or
    at least one round of it) and did not succeed. A bare ``repaired = false`` says nothing, since logs write it where
    there was nothing to repair.
    """
    silent = Condition("status", "absent")
    unrepaired = Condition("repaired", "in", FALSE_WORDS)
    return (
        Group(
            "failing",
            (
                (Condition("status", "in", ("error",)),),
                (silent, Condition("error_type", "present")),
                (silent, Condition("error_message", "present")),
                (Condition("feedback", "first_in", NEGATIVE_FEEDBACK),),
                *(((Condition(FLAGGED, "any_word", tuple(failing_checks)),),) if failing_checks else ()),
            ),
            DEFAULT_CAP,
        ),
        Group(
            "low_confidence",
            (
                (Condition("low_confidence", "in", TRUE_WORDS),),
                (Condition("confidence", "below", confidence),),
                (unrepaired, Condition("repair_rounds", "at_least", 1)),
                (unrepaired, Condition("error_type", "present")),
            ),
            DEFAULT_CAP,
        ),
        *(() if judges_disagree is None else (_disagreeing(judges_disagree),)),
    )


def _disagreeing(cap: Cap) -> Group:
    return Group(JUDGES_DISAGREE, ((Condition(JUDGES_DISAGREE, "in", TRUE_WORDS),),), cap)


DEFAULT_GROUPS = default_groups()


def names_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """The names of all strata in order, the rest last."""
    return (*(g.name for g in groups), REST)


def fields_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """The log fields that the groups read, each once."""
    return tuple(dict.fromkeys(c.field for g in groups for alternative in g.alternatives for c in alternative))


def stratum_of(row: Mapping[str, Any], groups: Sequence[Group] = DEFAULT_GROUPS) -> str:
    """The name of the first group that fits a row, else ``rest``."""
    return next((g.name for g in groups if g.fits(row)), REST)


def groups_of(tables: Sequence[Mapping[str, Any]]) -> tuple[Group, ...]:
    """Groups from settings: ``{name, cap?, any: [{field: test, ...}, ...]}``; all tests of one entry must hold.

    A test is a list of texts (``in``), a text, ``true`` (present), ``{below = x}`` or ``{at_least = x}``.
    Raises InputError for a name that is missing, used twice or reserved and for a test of another form.
    """
    groups: list[Group] = []
    for table in tables:
        name = table.get("name")
        if not isinstance(name, str) or not name.strip() or name == REST or name in [g.name for g in groups]:
            raise InputError(f"group: found the name {name!r}, expected a text of its own other than '{REST}'.")
        entries = table.get("any")
        if not isinstance(entries, list) or not entries or not all(isinstance(e, Mapping) and e for e in entries):
            raise InputError(
                f"group '{name}': found any = {entries!r}, expected a list of tables such as {{status = 'error'}}."
            )
        cap = table.get("cap")
        if cap is not None and (isinstance(cap, bool) or not isinstance(cap, int) or cap < 1):
            raise InputError(f"group '{name}': found cap = {cap!r}, expected a whole number of at least 1.")
        alternatives = tuple(tuple(_condition(name, f, test) for f, test in entry.items()) for entry in entries)
        groups.append(Group(name, alternatives, cap))
    return tuple(groups)


def _condition(group: str, field: str, test: Any) -> Condition:
    if test is True:
        return Condition(field, "present")
    if isinstance(test, str):
        test = [test]
    if isinstance(test, list) and test and all(isinstance(t, str) for t in test):
        return Condition(field, "in", tuple(t.strip(" ").lower() for t in test))
    if isinstance(test, Mapping) and len(test) == 1:
        (kind, bound), *_ = test.items()
        if kind in ("below", "at_least") and isinstance(bound, int | float) and not isinstance(bound, bool):
            return Condition(field, kind, float(bound))
    raise InputError(
        f"group '{group}', field '{field}': found {test!r}, expected a text, a list of texts, true, "
        "{below = number} or {at_least = number}."
    )
