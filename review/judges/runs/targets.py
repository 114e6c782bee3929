"""The target of a run: the items of a week, the examples of a release, or the rows of a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from review.audit.store_secrets import hmac_key
from review.basics.clock import now
from review.basics.errors import InputError, UnknownError
from review.golden.releases import examples_of
from review.judges.protocol.protocol import Subject
from review.judges.protocol.subjects import masked, sought, subject_of, subjects_of_items
from review.privacy.hidden_spans import conversations
from review.privacy.masking import mask
from review.privacy.recognisers import Recognisers
from review.settings.project import Project, project_of
from review.sources.conversations import masked_conversations, masked_value
from review.sources.counting import rules_of
from review.sources.files import open_file_by_keys
from review.sources.normalise import DEFAULT_SOURCE
from review.sources.options import import_options
from review.sources.readers.catalogue import PLAIN
from review.sources.readings import as_remembered
from review.statistics.calibration.split import split_of
from storage.queries.items import items_of_week
from storage.queries.weeks import weeks_in_use
from storage.records_golden import ReleaseExample
from storage.records_log import Conversation, Message
from storage.records_weeks import Item, Week
from storage.store import Store

TargetKind = Literal["week", "release", "file"]
Part = Literal["dev", "test", "all"]
PARTS: tuple[Part, ...] = ("dev", "test", "all")
FILE_SOURCE = "file"
"""The source of the rows of a file, which keeps their ids apart from those of production."""


@dataclass(frozen=True)
class JudgeTarget:
    """What to judge: ``name`` is a week, a release, or the path of a file; ``split`` limits it to one half.

    ``digest`` is the SHA-256 of a file when the run was started, "" for weeks and releases.
    """

    kind: TargetKind
    name: str
    split: Part = "all"
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the target as a run stores it."""
        return {k: v for k, v in asdict(self).items() if v != ""}

    def __str__(self) -> str:
        name = Path(self.name).name if self.kind == "file" else self.name
        return f"{self.kind} {name}" + (f", {self.split} half" if self.split != "all" else "")


def target_of(found: dict[str, Any]) -> JudgeTarget:
    """Read the target that a run stores."""
    return JudgeTarget(found["kind"], found["name"], found.get("split", "all"), found.get("digest", ""))


def subjects_of(
    store: Store, target: JudgeTarget, *, project: Project | None = None, until: str | None = None
) -> list[Subject]:
    """Return all subjects of a target, masked, in a fixed order; with ``until`` without items that were drawn later.

    Raises UnknownError for an unknown week or release, InputError for a file that cannot be read or has changed since
    the run was started.
    """
    if target.split not in PARTS:
        raise InputError(f"split: found {target.split!r}, expected one of {', '.join(PARTS)}.")
    project = project or project_of(store.path)
    wanted = sought(project)
    return [masked(s, wanted) for s in _unmasked(store, target, project, wanted, until)]


def _unmasked(
    store: Store, target: JudgeTarget, project: Project, wanted: Recognisers, until: str | None
) -> list[Subject]:
    if target.kind == "week":
        return _of_week(store, target, wanted, until)
    if target.kind == "release":
        return _of_release(store, target, wanted)
    if target.kind == "file":
        return _of_file(store, target, project, wanted)
    raise InputError(f"target: found {target.kind!r}, expected week, release or file.")


def _of_week(store: Store, target: JudgeTarget, wanted: Recognisers, until: str | None) -> list[Subject]:
    if store.get(Week, target.name) is None:
        known = ", ".join(w.name for w in weeks_in_use(store)) or "none yet"
        raise UnknownError(f"week '{target.name}' is not in the store (there are: {known}).")
    drawn = [i for i in items_of_week(store, target.name) if until is None or i.at <= until]
    return subjects_of_items(store, [i for i in drawn if _is_in(split_of(i.conversation_id), target)], wanted)


def _of_release(store: Store, target: JudgeTarget, wanted: Recognisers) -> list[Subject]:
    rows = [r for r in examples_of(store, target.name) if _is_in(r.content["split"], target)]
    items = {i.id: i for i in store.find(Item, id=[r.content["item_id"] for r in rows])}
    shown = conversations(store, [i.conversation_id for i in items.values()])
    return [_of_example(r, items.get(r.content["item_id"]), shown, wanted) for r in rows]


def _of_example(row: ReleaseExample, item: Item | None, shown: dict[str, Conversation], wanted: Recognisers) -> Subject:
    """Return a frozen example; one that came from an item of this store shows that item and the expected answer."""
    content = row.content
    expected, query = str(content["expected_answer"] or ""), str(content["reference_sql"] or "")
    if item is not None and item.conversation_id in shown:
        # Masked together, so that a name in both the answer and the expected answer gets the same token.
        expectation = {"expected_answer": expected, "reference_sql": query}
        whole = mask(replace(shown[item.conversation_id], metadata=expectation), wanted).conversation
        return replace(subject_of(item, whole), **whole.metadata)
    turns = [Message(role=turn["role"], content=turn["content"]) for turn in content["prior_turns"]]
    turns.append({"role": "user", "content": content["question"]})
    if content["answer"]:
        turns.append({"role": "assistant", "content": content["answer"]})
    identity = content["conversation_id"] or row.example_id
    return Subject(
        id=row.example_id,
        conversation_id=identity,
        group=identity,
        question=content["question"],
        answer=content["answer"],
        messages=tuple(turns),
        context=tuple(content["context"]),
        expected_answer=expected,
        reference_sql=query,
        scenario=content["scenario"],
    )


def _is_in(split: str, target: JudgeTarget) -> bool:
    return target.split in ("all", split)


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file. Raises InputError when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}). Check the path.") from None


def _of_file(store: Store, target: JudgeTarget, project: Project, wanted: Recognisers) -> list[Subject]:
    """Return the rows of a file; each is masked before its result becomes one text."""
    path = Path(target.name)
    found = file_digest(path)
    if target.digest not in ("", found):
        raise InputError(
            f"{path}: the file has changed since the run was started. Put the old file back, or start a new run."
        )
    project = as_remembered(store, project, DEFAULT_SOURCE)
    detected, raws = open_file_by_keys(path, mapping=project.mapping, encoding=project.encoding)
    options = import_options(
        project,
        mapping=project.mapping,
        values=project.values,
        source=FILE_SOURCE,
        date_format=project.date_format,
        encoding=project.encoding,
    )
    rules = rules_of(options, hmac_key(store), detected.format)
    # The verdicts go back to the rows under their own names, and a row is judged as a whole or not at all.
    rules = replace(
        rules,
        origin=replace(rules.origin, hash_addresses=False),
        seal=None,
        join_calls=False,
        lossy=False,
        extra=("expected_answer", "reference_sql"),
        # A plain file names its rows; chats often have no ids, and their content names them.
        id_required=detected.format in PLAIN.values(),
    )
    subjects = []
    for raw, entry, error in masked_conversations(raws, rules):
        if entry is not None and raw.record is not None:
            subjects.append((raw.line, _of_row(entry.conversation, raw.record)))
        elif error is not None:
            found, remedy = masked_value(error.found, wanted), " Add the column id." if error.field == "id" else ""
            raise InputError(
                f"{path}, line {raw.line}, column '{error.field}': found {found}, expected {error.expected}.{remedy}"
            )
    _check_distinct(path, subjects)
    return [s for _, s in subjects if _is_in(split_of(s.conversation_id), target)]


def _of_row(conversation: Conversation, record: dict[str, Any]) -> Subject:
    """Return one row of a file as a subject with the row's own id."""
    item = Item(id=conversation.source_id, conversation_id=conversation.source_id, week="", at=now())
    whole = subject_of(item, conversation)
    expected, query = (str(conversation.metadata.get(f) or "") for f in ("expected_answer", "reference_sql"))
    return replace(
        whole,
        conversation_id=str(record.get("conversation_id") or conversation.session_id or conversation.source_id),
        expected_answer=expected,
        reference_sql=query,
    )


def _check_distinct(path: Path, subjects: Iterable[tuple[int, Subject]]) -> None:
    first: dict[str, int] = {}
    for line, subject in subjects:
        if first.setdefault(subject.id, line) != line:
            raise InputError.at(
                str(path),
                line,
                column="id",
                found=subject.id,
                expected=f"each id once (line {first[subject.id]} has it too)",
            )
