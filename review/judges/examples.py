"""Few-shot examples for a prompt: approved golden examples of the ``dev`` half, never of the ``test`` half."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from review.basics.canonical import digest
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.examples import current_examples
from review.judges.llm.spec import Example
from review.rubric.rubric import Rubric, current_rubric
from storage.records_golden import GoldenExample
from storage.store import Store


def few_shot(
    store: Store, dimensions: Sequence[str], *, count: int | None = None, ids: Sequence[str] = ()
) -> list[Example]:
    """Return examples for a prompt: those with the given ``ids``, in that order, else ``count`` fitting ones.

    An example fits if it has a label in each of ``dimensions`` that applies to it. The chosen ones are spread over the
    values as evenly as possible, and are always the same for the same golden dataset. Raises Refused for an example of
    the ``test`` half, UnknownError for an unknown one, NothingToDo when no example fits.
    """
    if (count is None) == (not ids):
        raise InputError("examples: give either a number of examples or their ids.")
    current, rubric = {e.example_id: e for e in current_examples(store)}, current_rubric(store)
    if ids:
        return [_shown(_allowed(current, i, dimensions, rubric), dimensions) for i in dict.fromkeys(ids)]
    if count is not None and count < 1:
        raise InputError(f"examples: found {count}, expected 1 or more.")
    fitting = [e for e in current.values() if e.split == "dev" and _fits(e, dimensions, rubric)]
    if not fitting:
        raise NothingToDo(
            f"no golden example of the dev half is labelled in {', '.join(dimensions)} and has an answer.",
            command_hint="`spotcheck golden approve` approves reviewed items.",
        )
    return [_shown(e, dimensions) for e in spread(fitting, dimensions, count or 0)]


def vouched_for(store: Store, asked: Any, dimensions: Sequence[str], before: Sequence[Mapping[str, Any]]) -> Any:
    """Replace the examples that a spec asks for by those of the golden dataset, whatever the spec says about them.

    Examples that are unchanged from the version ``before`` stay as they are. Anything but a list of tables is returned
    unchanged: the reader of the spec rejects it. Raises as :func:`few_shot` does, and InputError for an example without
    an id.
    """
    if not isinstance(asked, list) or not all(isinstance(e, dict) for e in asked):
        return asked
    earlier = {str(e.get("example_id")): e for e in before}
    kept = [_unchanged(e, earlier.get(str(e.get("example_id")))) for e in asked]
    current = {} if all(kept) else {e.example_id: e for e in current_examples(store)}
    rubric = current_rubric(store)
    return [
        old or _shown(_allowed(current, _id_of(k, e), dimensions, rubric), dimensions)
        for k, (e, old) in enumerate(zip(asked, kept, strict=True), start=1)
    ]


def _unchanged(example: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the example of the version before if this is the same one, possibly with labels of fewer dimensions."""
    if before is None or any(example.get(f) != before.get(f) for f in ("conversation_id", "question", "answer")):
        return None
    labels = example.get("labels")
    same = isinstance(labels, dict) and labels.items() <= before.get("labels", {}).items()
    return {**before, "labels": labels} if same else None


def _id_of(number: int, example: Mapping[str, Any]) -> str:
    found = example.get("example_id")
    if not found:
        raise InputError(
            f"examples, number {number}: found no example_id, expected that of a golden example of the dev half.",
            command_hint="`spotcheck golden list` lists them; `judge add --examples ID,ID` puts them into the prompt.",
        )
    return str(found)


def _allowed(current: dict[str, GoldenExample], name: str, dimensions: Sequence[str], rubric: Rubric) -> GoldenExample:
    found = current.get(name)
    if found is None:
        raise UnknownError(
            f"golden example '{name}' is not current.", command_hint="`spotcheck golden list` lists them."
        )
    if found.split != "dev":
        raise Refused(
            f"golden example '{name}' belongs to the test half, on which judges are reported; a prompt may hold "
            "examples of the dev half only. Remove it from the judge's examples."
        )
    if not _fits(found, dimensions, rubric):
        lacks = ", ".join(lacking(found.labels, dimensions, rubric) or dimensions)
        raise Refused(f"golden example '{name}' has no answer or no label in {lacks}, so a prompt cannot show it.")
    return found


def _fits(example: GoldenExample, dimensions: Sequence[str], rubric: Rubric) -> bool:
    return bool(example.content["answer"]) and not lacking(example.labels, dimensions, rubric)


def lacking(labels: Mapping[str, Any], dimensions: Sequence[str], rubric: Rubric) -> list[str]:
    """Return the dimensions in which an example lacks a label that it needs to show. Pure.

    A dimension that does not apply, such as the reasons of a correct answer, needs no label, unless the example has no
    other label to show.
    """
    given = _labels(labels, dimensions)
    not_asked = {d.name for d in rubric.dimensions if given and not d.shown(labels)}
    return [d for d in dimensions if d not in given and d not in not_asked]


def _labels(labels: Mapping[str, Any], dimensions: Sequence[str]) -> dict[str, Any]:
    return {d: labels[d] for d in dimensions if labels.get(d) not in (None, "", [])}


def spread(examples: Sequence[GoldenExample], dimensions: Sequence[str], count: int) -> list[GoldenExample]:
    """Choose ``count`` examples, each time the one whose values were chosen least often so far. Pure and repeatable."""
    waiting = sorted(examples, key=lambda e: digest(["few-shot", e.example_id]))
    seen: Counter[tuple[str, str]] = Counter()
    chosen: list[GoldenExample] = []
    while waiting and len(chosen) < count:
        rarest = min(waiting, key=lambda e: sum(seen[d, str(e.labels.get(d))] for d in dimensions))
        waiting.remove(rarest)
        chosen.append(rarest)
        seen.update((d, str(rarest.labels.get(d))) for d in dimensions)
    return chosen


def _shown(example: GoldenExample, dimensions: Sequence[str]) -> Example:
    return {
        "example_id": example.example_id,
        "conversation_id": example.conversation_id,
        "question": example.content["question"],
        "answer": example.content["answer"],
        "labels": _labels(example.labels, dimensions),
    }
