"""Judges as data: every version is a row, and changing anything makes a new version."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from review.audit import chain
from review.basics.canonical import digest
from review.basics.clock import now
from review.basics.errors import InputError, UnknownError
from review.basics.limits import MAX_NOTE
from review.judges.examples import vouched_for
from review.judges.kinds import kind_named
from review.judges.learned.spec import LearnedSpec
from review.judges.learned.training import gather
from review.judges.numbering import check_free, check_name, next_version, split_reference
from review.judges.protocol.protocol import Spec
from review.people.people import require
from review.rubric.rubric import Dimension, Rubric, current_rubric
from review.settings.project import Project, project_of
from storage.records_judges import Judge, TrainingSet
from storage.records_review import Verdict
from storage.store import Store

_SHOWN = 60


def add_judge(
    store: Store,
    name: str,
    *,
    kind: str,
    dimensions: Sequence[str],
    spec: Mapping[str, Any],
    by: str,
    note: str = "",
    project: Project | None = None,
) -> Judge:
    """Add a version of a judge and return it, or the latest version if it has the same kind, dimensions, spec, rubric.

    The kind completes the spec before it is hashed, so writing out a default changes nothing. A learned judge whose
    spec names no training set gets one of the labels settled now. Raises Refused without the role adjudicator or for a
    golden example of the test half, InputError for an unusable name, kind, dimension or setting.
    """
    require(store, by, "adjudicator")
    check_name(name)
    if len(note) > MAX_NOTE:
        raise InputError(f"note: found {len(note)} characters, expected at most {MAX_NOTE}. Shorten it.")
    # Before the transaction: reading a model's files takes seconds, and reviewers want to write meanwhile.
    rubric = current_rubric(store)
    asked = dimensions_of(rubric, dimensions)
    read = whole_spec(store, name, kind=kind, asked=asked, spec=spec, project=project or project_of(store.path))
    with store.transaction():
        names = tuple(d.name for d in asked)
        if isinstance(read, LearnedSpec):
            read = replace(read, training=_training_set(store, names, read, by=by))
        whole = read.to_json()
        content = digest([kind, names, whole, rubric.version])
        earlier = versions_of(store, name)
        if earlier and earlier[-1].content_hash == content:
            return earlier[-1]
        if not earlier:
            check_free(store, name)
        version = next_version(store, name)
        made = Judge(
            id=f"{name}@{version}",
            name=name,
            version=version,
            kind=kind,
            dimensions=names,
            spec=whole,
            content_hash=content,
            rubric_version=rubric.version,
            at=now(),
            by=by,
            note=note.strip(),
        )
        store.add(made)
        chain.record(
            store, by, "judge", made.id, kind=kind, dimensions=list(names), content_hash=content, note=made.note
        )
    return made


def whole_spec(
    store: Store, name: str, *, kind: str, asked: Sequence[Dimension], spec: Mapping[str, Any], project: Project
) -> Spec:
    """Return the spec of a new version of the judge ``name``, completed by its kind.

    Its examples are those of the golden dataset, whatever the given spec says about them.
    """
    chosen, found = kind_named(kind), plain(spec)
    if kind == "llm":
        before = [e for j in versions_of(store, name)[-1:] for e in j.spec.get("examples") or ()]
        found["examples"] = vouched_for(store, found.get("examples"), [d.name for d in asked], before)
    whole: Spec = chosen.checked(chosen.read(found), asked, project.judges)
    return whole


def spec_of(judge: Judge) -> Spec:
    """Read the stored spec of a judge. Raises InputError that names the setting."""
    spec: Spec = kind_named(judge.kind).read(judge.spec)
    return spec


def _training_set(store: Store, dimensions: Sequence[str], spec: LearnedSpec, *, by: str) -> str:
    """Return the id of the training set: the one that the spec names, else one gathered now."""
    if not spec.training:
        return gather(store, dimensions, by=by, weeks=spec.weeks).id
    if store.get(TrainingSet, spec.training) is None:
        raise UnknownError(f"training set '{spec.training}' is not in the store. Leave it out to gather a new one.")
    return spec.training


def dimensions_of(rubric: Rubric, names: Sequence[str]) -> tuple[Dimension, ...]:
    """Return the named dimensions in the rubric's order. Raises InputError when there is none or one is unknown."""
    unknown = [n for n in names if n not in rubric.names]
    if unknown or not names:
        found = repr(unknown[0]) if unknown else "none"
        raise InputError(f"dimension: found {found}, expected one or more of {', '.join(rubric.names)}.")
    return tuple(d for d in rubric.dimensions if d.name in set(names))


def plain(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec as JSON returns it. Raises InputError for a value that JSON cannot hold."""
    try:
        found: dict[str, Any] = orjson.loads(orjson.dumps(dict(spec)))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError) as error:
        raise InputError(f"spec: not a JSON object ({error}).") from None
    return found


def judges_of(store: Store) -> list[Judge]:
    """Return the latest version of each judge, ordered by name."""
    latest = {j.name: j for j in store.find(Judge)}
    return [latest[name] for name in sorted(latest)]


def versions_of(store: Store, name: str) -> list[Judge]:
    """Return all versions of a judge, oldest first; none for an unknown judge."""
    return store.find(Judge, name=name)


def judge_named(store: Store, ref: str) -> Judge:
    """Return one version of a judge, the latest for a bare name. Raises UnknownError that lists the known names."""
    name, version = split_reference(ref)
    found = versions_of(store, name)
    if not found:
        known = ", ".join(j.name for j in judges_of(store)) or "none yet"
        hint = ""
        if store.find(Verdict, judge=name):
            hint = " Its verdicts came with the log or a file: you can calibrate them, but not run the judge."
        raise UnknownError(f"judge '{name}' is not in the store (there are: {known}).{hint}")
    judge = found[-1] if version is None else next((j for j in found if j.version == version), None)
    if judge is None:
        raise UnknownError(f"judge '{name}' has no version {version}; it has {_numbers(found)}.")
    return judge


def _numbers(versions: Sequence[Judge]) -> str:
    """List the versions in words; numbers are skipped where verdicts from a file had them first."""
    last = versions[-1].version
    return f"1 to {last}" if len(versions) == int(last) else ", ".join(j.version for j in versions)


def changes(one: Judge, other: Judge) -> list[str]:
    """Return what changed from one version to another, one phrase for each difference; none when they are the same."""
    found = [
        f"{title}: {before} → {after}"
        for title, before, after in (
            ("kind", one.kind, other.kind),
            ("dimensions", ", ".join(one.dimensions), ", ".join(other.dimensions)),
            ("rubric version", one.rubric_version, other.rubric_version),
        )
        if before != after
    ]
    before, after = _flat(one.spec), _flat(other.spec)
    for setting in sorted(before.keys() | after.keys()):
        if before.get(setting) != after.get(setting):
            found.append(_change(setting, before.get(setting), after.get(setting)))
    return found


def _flat(spec: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested tables into dotted settings; lists stay whole."""
    flat: dict[str, Any] = {}
    for key, value in spec.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) and value else {f"{prefix}{key}": value}
    return flat


def _change(setting: str, before: Any, after: Any) -> str:
    if setting == "examples":
        old, new = ({_example_key(e): e for e in rows or ()} for rows in (before, after))
        counts = {
            "added": len(new.keys() - old.keys()),
            "removed": len(old.keys() - new.keys()),
            "changed": sum(old[k] != new[k] for k in old.keys() & new.keys()),
        }
        return "examples: " + (", ".join(f"{n} {what}" for what, n in counts.items() if n) or "in another order")
    if before is None:
        return f"{setting}: set to {_brief(after)}"
    if after is None:
        return f"{setting}: {_brief(before)} removed"
    if isinstance(before, str) and isinstance(after, str) and (_is_long(before) or _is_long(after)):
        lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
        added, removed = (sum(line.startswith(mark) for line in lines) for mark in ("+ ", "- "))
        return f"{setting}: {added} line{'s' * (added != 1)} added, {removed} removed"
    return f"{setting}: {_brief(before)} → {_brief(after)}"


def _example_key(example: Any) -> str:
    return str(example.get("example_id")) if isinstance(example, dict) else str(example)


def _is_long(text: str) -> bool:
    return len(text) > _SHOWN or "\n" in text


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def text_diff(one: Judge, other: Judge, setting: str = "prompt") -> str:
    """Return the unified diff of one text of the spec, such as the prompt; "" when it did not change."""
    before, after = (str(j.spec.get(setting) or "").splitlines() for j in (one, other))
    return "\n".join(difflib.unified_diff(before, after, one.id, other.id, lineterm="", n=2))
