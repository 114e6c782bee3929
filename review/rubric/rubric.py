"""The rubric: the dimensions that people judge, as versioned data.

A new project starts with the ``[rubric]`` table of spotcheck.toml, or with ``DEFAULT_RUBRIC``. Every change makes a new
version in the store, and an annotation names its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from review.basics import setting
from review.basics.clock import now
from review.basics.errors import InputError, UnknownError
from review.basics.labels import SCALE_KINDS, Scale, ScaleKind, Value, canonical_text
from review.basics.remembered import Remembered
from review.rubric.keys import keys_of
from review.rubric.presets import PRESETS
from storage.queries.pairs import PREFERENCE
from storage.records_people import RubricVersion
from storage.store import Store

SETTINGS = (
    *("name", "title", "scale", "values", "keys", "guidance", "value_guidance", "required", "positive"),
    "shown_when",
)
"""The settings of one dimension."""


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One question of the rubric: its scale, a key per value, guidance, when it is asked, which value is positive."""

    name: str
    scale: Scale
    title: str = ""
    guidance: str = ""
    required: bool = True
    positive: str | None = None
    keys: tuple[str, ...] = ()
    value_guidance: Mapping[str, str] = field(default_factory=dict)
    shown_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def shown(self, labels: Mapping[str, Any]) -> bool:
        """Return whether this dimension is asked, given the labels of the others."""
        return all(labels.get(other) in allowed for other, allowed in self.shown_when.items())


@dataclass(frozen=True)
class Rubric:
    """All dimensions in order. ``reveal``: verdicts are shown after submission; ``discussion_names``: so are names."""

    dimensions: tuple[Dimension, ...]
    version: int = 0
    reveal: bool = True
    discussion_names: bool = False

    def __getitem__(self, name: str) -> Dimension:
        for dimension in self.dimensions:
            if dimension.name == name:
                return dimension
        raise UnknownError(f"dimension '{name}' is not in the rubric. The rubric has {', '.join(self.names)}.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the dimensions in order."""
        return tuple(d.name for d in self.dimensions)

    def canonical(self, labels: Mapping[str, Any]) -> dict[str, Value]:
        """Check one submission's labels and return their canonical form.

        Labels of dimensions that are not asked (reasons for a correct answer) are dropped. Raises InputError for an
        unknown dimension, a label outside its scale, or a missing label of a required dimension.
        """
        if not isinstance(labels, Mapping):
            raise InputError(f"labels: found {type(labels).__name__}, expected a table of dimension and value.")
        unknown = sorted(set(map(str, labels)) - set(self.names))
        if unknown:
            raise InputError(f"found dimension {unknown[0]!r}, expected one of {', '.join(self.names)}.")
        clean: dict[str, Value] = {}
        for dimension in self.dimensions:
            value = _canonical(dimension, labels.get(dimension.name))
            if value is None or value == ():
                if dimension.required and dimension.shown(clean):
                    raise InputError(f"{dimension.name} has no value. Choose {_expected(dimension.scale)}.")
            elif dimension.shown(clean):
                clean[dimension.name] = value
        return clean


def _canonical(dimension: Dimension, raw: object) -> Value | None:
    if raw is not None and not isinstance(raw, str | int | float | list | tuple):
        raise InputError(f"{dimension.name}: found {type(raw).__name__}, expected {_expected(dimension.scale)}.")
    try:
        return dimension.scale.canonical(raw)
    except ValueError as error:
        raise InputError(f"{dimension.name}: found {str(raw)[:80]!r}, expected {error}.") from None


def _expected(scale: Scale) -> str:
    return "one of " + ", ".join(scale.values[:12]) if scale.values else "a number"


def rubric_from(document: Mapping[str, Any], *, version: int = 0, origin: str = "rubric") -> Rubric:
    """Read a rubric document; its ``preset`` names questions that come before its own.

    Raises InputError that names the dimension and its wrong setting.
    """
    if isinstance(document, Mapping) and "preset" in document:
        document = _with_preset(document, origin)
    rows = document.get("dimensions") if isinstance(document, Mapping) else None
    if not isinstance(rows, list | tuple) or not rows or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{origin} has no dimension. Give at least one [[rubric.dimensions]] table, or a preset.")
    dimensions = tuple(_dimension(row, f"{origin}, dimension {k}") for k, row in enumerate(rows, start=1))
    names = [d.name for d in dimensions]
    twice = [n for n in names if names.count(n) > 1]
    if twice:
        raise InputError(f"{origin}: found dimension {twice[0]!r} twice, expected each name once.")
    for k, dimension in enumerate(dimensions):
        _check_shown_when(dimension, dimensions[:k], origin)
    names_shown = setting.flag(f"{origin}, discussion_names", document.get("discussion_names", False))
    return Rubric(dimensions, version, _flag(document, "reveal", origin), names_shown)


def _with_preset(document: Mapping[str, Any], origin: str) -> dict[str, Any]:
    name = setting.one_of(f"{origin}, preset", document["preset"], PRESETS)
    own = {k: v for k, v in document.items() if k != "preset"}
    preset = PRESETS[name].document
    more = setting.listed(f"{origin}, dimensions", own.get("dimensions", ()))
    return {**preset, **own, "dimensions": [*preset["dimensions"], *more]}


def _check_shown_when(dimension: Dimension, earlier: Sequence[Dimension], origin: str) -> None:
    for other, allowed in dimension.shown_when.items():
        scale = next((d.scale for d in earlier if d.name == other), None)
        if scale is None or scale.kind == "set":
            raise InputError(
                f"{origin}, '{dimension.name}'.shown_when: found {other!r}, expected an earlier dimension of one value."
            )
        for value in allowed:
            if value not in scale.values:
                raise InputError(
                    f"{origin}, '{dimension.name}'.shown_when.{other}: found {value!r}, expected {_expected(scale)}."
                )


def _dimension(row: Mapping[str, Any], place: str) -> Dimension:
    name = str(row.get("name", "")).strip()
    if not name:
        raise InputError(f"{place} has no name. Give one such as correctness.")
    if name == PREFERENCE:
        raise InputError(f"{place}: found the name {name!r}, which is that of votes on pairs. Give it another one.")
    place = f"{place} ('{name}')"
    setting.known_keys(place, row, SETTINGS)
    kind, values = row.get("scale", "nominal"), tuple(map(canonical_text, _list(row, "values", place)))
    if kind not in SCALE_KINDS:
        raise setting.wrong(f"{place}, scale", kind, f"one of {', '.join(SCALE_KINDS)}")
    if len(values) < 2 and kind in ("nominal", "ordinal", "set"):
        raise InputError(f"{place}, values: found {len(values)}, expected at least two.")
    scale = _scale(kind, values, place)
    positive = None if row.get("positive") is None else canonical_text(row["positive"])
    if positive is not None and positive not in values:
        raise InputError(f"{place}, positive: found {positive!r}, expected {_expected(scale)}.")
    return Dimension(
        name=name,
        scale=scale,
        title=str(row.get("title", name.replace("_", " ").capitalize())),
        guidance=str(row.get("guidance", "")),
        required=_flag(row, "required", place),
        positive=positive,
        keys=keys_of(_list(row, "keys", place), values, f"{place}, keys"),
        value_guidance={canonical_text(k): str(v) for k, v in _table(row, "value_guidance", place).items()},
        shown_when={
            str(other): tuple(map(canonical_text, _list(allowed, other, f"{place}, shown_when")))
            for allowed in [_table(row, "shown_when", place)]
            for other in allowed
        },
    )


def _scale(kind: ScaleKind, values: tuple[str, ...], place: str) -> Scale:
    """Return the declared scale. Raises InputError for values that no label can equal, or that have no distance."""
    try:
        scale = Scale(kind, values)
        for value in values:
            if not value or (kind == "set" and "|" in value):
                raise ValueError("a text that is not empty" + ", without |" * (kind == "set"))
            if scale.numeric:
                # An interval scale measures distances, and only numbers have them.
                Scale(kind).canonical(value)
    except InputError as error:
        raise InputError(f"{place}, values: {error}") from None
    except ValueError as error:
        raise InputError(f"{place}, values: found {value!r}, expected {error}.") from None
    return scale


def _list(row: Mapping[str, Any], name: str, place: str) -> Sequence[Any]:
    return setting.listed(f"{place}, {name}", row.get(name, ()))


def _table(row: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    return setting.table(f"{place}, {name}", row.get(name, {}))


def _flag(row: Mapping[str, Any], name: str, place: str) -> bool:
    return setting.flag(f"{place}, {name}", row.get(name, True))


def rubric_document(rubric: Rubric) -> dict[str, Any]:
    """Return the rubric as plain data, the inverse of :func:`rubric_from`. This canonical form is hashed."""
    return {
        "reveal": rubric.reveal,
        "dimensions": [
            {
                "name": d.name,
                "title": d.title,
                "scale": d.scale.kind,
                "values": list(d.scale.values),
                "keys": list(d.keys),
                "guidance": d.guidance,
                "value_guidance": dict(d.value_guidance),
                "required": d.required,
                "shown_when": {k: list(v) for k, v in d.shown_when.items()},
            }
            | ({"positive": d.positive} if d.positive is not None else {})
            for d in rubric.dimensions
        ],
    } | ({"discussion_names": True} if rubric.discussion_names else {})


def current_rubric(store: Store) -> Rubric:
    """Return the latest version in the store. Raises UnknownError when there is none."""
    versions = store.find(RubricVersion, order_by="version desc")
    if not versions:
        raise UnknownError(
            "the store has no rubric yet. Ask the person who installed Spotcheck to set up the store.",
            command_hint="`spotcheck init` adds the default rubric.",
        )
    return rubric_from(versions[0].document, version=versions[0].version)


def rubric_version(store: Store, version: int) -> Rubric:
    """Return one version of the rubric. Raises UnknownError when it does not exist."""
    # SQLite raises an error of its own for a number beyond 64 bits.
    row = store.get(RubricVersion, version) if 0 < version < 2**63 else None
    if row is None:
        known = ", ".join(str(v.version) for v in store.find(RubricVersion, order_by="version")) or "none yet"
        raise UnknownError(f"rubric version {version} does not exist (there are: {known}).")
    return _READ.get((version, row.content_hash), lambda: rubric_from(row.document, version=version))


_READ: Remembered[Rubric] = Remembered(64)
"""Versions as they were read: a page asks for one hundreds of times."""


def save_rubric(store: Store, rubric: Rubric, *, by: str, note: str = "") -> Rubric:
    """Add a version unless the rubric equals the current one. Returns the rubric with its version."""
    document = rubric_document(rubric)
    digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with store.transaction():
        versions = store.find(RubricVersion, order_by="version desc")
        if versions and versions[0].content_hash == digest:
            return rubric_from(document, version=versions[0].version)
        version = versions[0].version + 1 if versions else 1
        store.add(RubricVersion(version=version, content_hash=digest, document=document, at=now(), by=by, note=note))
    return rubric_from(document, version=version)
