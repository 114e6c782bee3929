"""The options of ``spotcheck judge add`` and ``show``: read into a spec, and into a prompt as it would be sent."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from review.basics.errors import InputError, NothingToDo, UnknownError
from review.commands.common import text_of
from review.judges.examples import few_shot
from review.judges.llm.prompt import messages_of, prompt_of
from review.judges.llm.spec import Example, LlmSpec
from review.judges.protocol.subjects import sought, subjects_of_items
from review.judges.runs.events import dimensions_of_judge
from review.judges.runs.work_run import spec_as_shown
from review.people.people import require
from review.settings.project import project_of
from storage.records_judges import Judge
from storage.records_weeks import Item
from storage.store import Store


class SpecOptions(NamedTuple):
    """The options of ``judge add`` that make up a spec."""

    kind: str
    dimensions: tuple[str, ...]
    source: str | None
    settings: tuple[str, ...]
    prompt: str | None


def spec_asked(wish: SpecOptions, before: Judge | None) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return the dimensions and the spec that the options ask for; the rest stays as in the version before."""
    same = before is not None and before.kind == wish.kind
    spec: dict[str, Any] = dict(before.spec) if before is not None and same else {}
    # A new version of a learned judge trains on the labels that are settled by now.
    spec.pop("training", None)
    if wish.source is not None:
        spec = read_spec(Path(wish.source))
    for text in wish.settings:
        _set(spec, text)
    if wish.prompt is not None:
        spec["prompt"] = text_of(Path(wish.prompt))
    dimensions = wish.dimensions or (before.dimensions if before else ())
    if not dimensions:
        raise InputError("Name one or more dimensions of the rubric with --dimension.")
    return dimensions, spec


def read_spec(path: Path) -> dict[str, Any]:
    """Read a spec file. Raises InputError when it is neither a TOML nor a JSON table."""
    text = text_of(path)
    try:
        found = orjson.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (orjson.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: not readable as {'JSON' if path.suffix == '.json' else 'TOML'} ({error}).") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: found {type(found).__name__}, expected a table of settings.")
    return found


def _set(spec: dict[str, Any], text: str) -> None:
    """Set ``parameters.temperature=0.2`` in the spec; a value that is not JSON is a text, an empty one removes it."""
    name, equals, value = text.partition("=")
    parts = name.strip().split(".")
    if not equals or not all(parts):
        raise InputError(f"--set: found {text[:80]!r}, expected KEY=VALUE such as parameters.temperature=0.2.")
    table = spec
    for part in parts[:-1]:
        inner = table.get(part)
        table[part] = dict(inner) if isinstance(inner, dict) else {}
        table = table[part]
    if value == "":
        table.pop(parts[-1], None)
        return
    try:
        table[parts[-1]] = orjson.loads(value)
    except orjson.JSONDecodeError:
        table[parts[-1]] = value


def examples_asked(store: Store, text: str, dimensions: tuple[str, ...]) -> list[Example]:
    """Return the examples of ``--examples 6`` or ``--examples ex-1,ex-2``; ``0`` removes them."""
    if text.strip().isdecimal():
        count = int(text)
        return few_shot(store, dimensions, count=count) if count else []
    return few_shot(store, dimensions, ids=[p.strip() for p in text.split(",") if p.strip()])


def filled_prompt(store: Store, judge: Judge, item_id: str | None, *, by: str) -> list[dict[str, str]]:
    """Return what an llm judge would send about an item, the latest drawn one by default; [] for other kinds.

    Raises Refused without the role adjudicator, UnknownError for an unknown item, NothingToDo without any item.
    """
    require(store, by, "adjudicator")
    project = project_of(store.path)
    spec = spec_as_shown(store, judge, project)
    if not isinstance(spec, LlmSpec):
        return []
    found = store.find(Item, id=item_id) if item_id else store.find(Item, order_by="rowid desc", kind=None)[:1]
    subjects = subjects_of_items(store, found, sought(project))
    if not subjects and item_id:
        raise UnknownError(f"item '{item_id}' is not in the store.")
    if not subjects:
        raise NothingToDo("there is no item to show the prompt with yet. `spotcheck sample` draws some.")
    prompt = prompt_of(spec, dimensions_of_judge(store, judge), reverse=False)
    return messages_of(prompt, subjects[0])
