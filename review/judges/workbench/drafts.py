"""A version of a judge before it is saved: checked, compared with the previous version, and tried on one item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from review.basics.clock import now
from review.basics.errors import NothingToDo
from review.current.assignments import items_to_review, owed_items
from review.golden.content import asked
from review.judges.examples import few_shot
from review.judges.llm.prompt import messages_of, prompt_of
from review.judges.llm.spec import Example, LlmSpec
from review.judges.numbering import next_version
from review.judges.protocol.subjects import sought, subjects_of_items
from review.judges.runs.work_run import spec_as_shown
from review.judges.versions import dimensions_of, whole_spec
from review.privacy.hidden_spans import conversations
from review.rubric.rubric import current_rubric
from review.settings.project import Project, project_of
from review.statistics.calibration.split import split_of
from storage.queries.anchors import originals_of
from storage.queries.golden import rows_of_examples
from storage.records_judges import Judge
from storage.records_weeks import Item
from storage.store import Store

SHOWN_ITEMS = 60


def drafted(
    store: Store, name: str, kind: str, dimensions: Sequence[str], spec: Mapping[str, Any], *, project: Project
) -> Judge:
    """Return the version that saving would make, with its number. Raises what saving raises."""
    rubric = current_rubric(store)
    chosen = dimensions_of(rubric, dimensions)
    whole = whole_spec(store, name, kind=kind, asked=chosen, spec=spec, project=project)
    number = next_version(store, name)
    names = tuple(d.name for d in chosen)
    return Judge(
        id=f"{name}@{number}",
        name=name,
        version=number,
        kind=kind,
        dimensions=names,
        spec=whole.to_json(),
        content_hash="",
        rubric_version=rubric.version,
        at=now(),
        by="",
    )


def filled(store: Store, draft: Judge, item: Item, *, viewer: str) -> list[dict[str, str]]:
    """Return what the draft of an llm judge would send about an item, as the viewer may see it.

    Examples made of items that the viewer still has to review are left out, and hidden spans are hidden. Raises
    NothingToDo when the conversation is gone.
    """
    project = project_of(store.path)
    subjects = subjects_of_items(store, [item], sought(project))
    if not subjects:
        raise NothingToDo(f"the conversation of item '{item.id}' is not in the store.")
    chosen = dimensions_of(current_rubric(store), draft.dimensions)
    spec = spec_as_shown(store, draft, project)
    if not isinstance(spec, LlmSpec):
        raise NothingToDo(f"{draft.id} has no prompt: it is a judge of kind {draft.kind}.")
    withheld = owed_examples(store, spec.examples, viewer=viewer)
    readable = replace(spec, examples=tuple(e for e in spec.examples if e not in withheld))
    return messages_of(prompt_of(readable, chosen, reverse=False), subjects[0])


def dev_items(store: Store, weeks: Sequence[str], *, viewer: str, limit: int = SHOWN_ITEMS) -> dict[str, str]:
    """Return items of the dev half to try a prompt on, with their questions, except those the viewer has to review."""
    owed = owed_items(store, viewer)
    items = [i for w in reversed(weeks) for i in store.find(Item, week=w, kind=None)]
    items = [i for i in items if i.id not in owed and split_of(i.conversation_id) == "dev"][:limit]
    shown = conversations(store, [i.conversation_id for i in items])
    return {i.id: asked(shown[i.conversation_id], i).question for i in items if i.conversation_id in shown}


def fitting_examples(
    store: Store, dimensions: Sequence[str], kept: Sequence[Example], *, viewer: str
) -> dict[str, Example]:
    """Return every example for the prompt by id: the fitting golden examples of the dev half, and those in it now.

    An example reveals its label, so those made of items that the viewer still has to review are left out.
    """
    try:
        golden = few_shot(store, dimensions, count=rows_of_examples(store) or 1)
    except NothingToDo:
        golden = []
    fitting = [*golden, *kept]
    withheld = owed_examples(store, fitting, viewer=viewer)
    return {str(e.get("example_id")): e for e in fitting if e not in withheld}


def owed_examples(store: Store, examples: Sequence[Example], *, viewer: str) -> list[Example]:
    """Return the examples that are made of items which the viewer still has to review."""
    return _made_of(store, examples, owed_items(store, viewer))


def owed_examples_to_count(store: Store, examples: Sequence[Example], *, viewer: str) -> int:
    """Return how many of them may be counted to the viewer: those whose items they know that they have to review."""
    to_review = items_to_review(store, viewer)
    return len(_made_of(store, examples, to_review - set(originals_of(store, to_review))))


def _made_of(store: Store, examples: Sequence[Example], items: Collection[str]) -> list[Example]:
    conversations = {i.conversation_id for i in store.find(Item, id=sorted(items))}
    return [e for e in examples if e.get("conversation_id") in conversations]


def json_text(table: Mapping[str, Any]) -> str:
    """Return a table as JSON to edit."""
    return orjson.dumps(dict(table), option=orjson.OPT_INDENT_2).decode()


def same_as(draft: Judge, before: Judge) -> bool:
    """Whether the draft is the same as the version before, so that saving it would make no new version."""

    def content(judge: Judge) -> tuple[Any, ...]:
        return judge.kind, judge.dimensions, judge.spec, judge.rubric_version

    return content(draft) == content(before)
