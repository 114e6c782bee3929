"""Failure modes: the named kinds of failure, as a list with versions. People name, merge, split and rename them.

A failure falls into a mode when a person says so, else by its kind of error: a mode can take whole kinds over
(``groups``). A merged mode keeps its id and points to the mode that it went ``into``, so that old notes and decisions
still count. The list is never edited: each change is a new version of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from review.audit import chain
from review.basics.clock import new_id, now
from review.basics.errors import InputError, Refused, UnknownError
from review.failures.error_types import ERROR_KINDS, title_of
from review.log.failed import CAUSE
from review.log.failure_rules import CAUSES
from review.people.people import require
from storage.queries.failures import latest_modes
from storage.records_failures import FailureModes
from storage.store import Store

MOST_LETTERS = 80
CAUSE_TITLES = {
    "error": "Failed without a message",
    "repaired": "Repaired, without a message",
    "low_confidence": "Low confidence",
    "feedback": "Negative feedback",
    "wrong": "Reviewed: wrong",
}
GROUPS = (*ERROR_KINDS, *(f"{CAUSE}/{cause}" for cause in CAUSES))
"""The groups that failures fall into while nobody has named a mode for them."""


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One failure mode. ``example`` is a conversation, ``groups`` are the kinds of error that belong to it.

    ``into`` is the mode it was merged into, ``ignored`` the reason why its failures need no triage; both "" for none.
    """

    id: str
    name: str
    description: str = ""
    example: str = ""
    groups: tuple[str, ...] = ()
    into: str = ""
    ignored: str = ""


@dataclass(frozen=True)
class ModeList:
    """A version of the list; version 0 is the empty list before anybody named a mode."""

    version: int
    all: tuple[Mode, ...]

    @property
    def current(self) -> tuple[Mode, ...]:
        """The modes that were not merged into others."""
        return tuple(m for m in self.all if not m.into)

    def of(self, key: str) -> Mode | None:
        """Return the mode of this id, followed through merges; None for a kind, whatever modes are called."""
        by_id = {m.id: m for m in self.all}
        found = by_id.get(key)
        while found is not None and found.into:
            found = by_id.get(found.into)
        return found

    def get(self, name: str) -> Mode | None:
        """Return the mode with this id or name (in any case), followed through merges; None when there is none."""
        wanted = _folded(name)
        merged = (m for m in reversed(self.all) if m.name.casefold() == wanted)
        found = self.of(name) or self.called(name) or next(merged, None)
        return self.of(found.id) if found else None

    def called(self, name: str) -> Mode | None:
        """Return the mode of this name, in any case, that was not merged into another; None when there is none."""
        wanted = _folded(name)
        return next((m for m in self.current if m.name.casefold() == wanted), None)

    def group(self, key: str) -> str:
        """Return the group that a key stands for now: a merged mode is the one it went into, a named kind its mode."""
        mode = self.of(key)
        return mode.id if mode else self.by_group.get(key, key)

    def asked(self, text: str) -> str:
        """Return the group that a person means: a kind of failure by its key, a mode by id or name, a kind by title."""
        mode = None if text in GROUPS else self.get(text)
        if mode is not None:
            return mode.id
        wanted = _folded(text)
        titled = next(
            (kind for kind in GROUPS if wanted in (_title(kind).casefold(), self.title(kind).casefold())), text
        )
        return self.group(titled)

    @property
    def by_group(self) -> Mapping[str, str]:
        """The mode of each kind of failure that a mode has taken over."""
        return {group: m.id for m in self.current for group in m.groups}

    def title(self, key: str) -> str:
        """Return what a group is called on screen. A kind whose name a mode has, too, says that it is the kind."""
        mode = self.of(key)
        if mode:
            return mode.name
        title = _title(key)
        return f"{title} (no mode)" if self.called(title) else title


def _title(kind: str) -> str:
    start, _, cause = kind.partition("/")
    return CAUSE_TITLES.get(cause, cause) if start == CAUSE else title_of(kind)


def mode_list(store: Store) -> ModeList:
    """Return the latest version of the list."""
    found = latest_modes(store)
    return ModeList(found.version, tuple(_mode(m) for m in found.modes)) if found else ModeList(0, ())


def mode_lists(store: Store, versions: Collection[int]) -> dict[int, ModeList]:
    """Return some versions of the list by number, those that there are."""
    found = store.find(FailureModes, version=sorted(versions)) if versions else []
    return {0: ModeList(0, ())} | {f.version: ModeList(f.version, tuple(_mode(m) for m in f.modes)) for f in found}


def _mode(held: Mapping[str, Any]) -> Mode:
    return Mode(**{**held, "groups": tuple(held["groups"])})


def need_mode(modes: ModeList, name: str) -> Mode:
    """Return a mode by id or name. Raises UnknownError that lists the modes."""
    found = modes.get(name)
    if found is None:
        known = ", ".join(m.name for m in modes.current) or "none yet"
        raise UnknownError(f"there is no failure mode '{name}'; there are: {known}.")
    return found


def name_mode(
    store: Store, name: str, *, by: str, groups: Sequence[str] = (), description: str = "", example: str = ""
) -> Mode:
    """Add a mode, which may take whole kinds of failure over, such as ``date_format`` or ``cause/feedback``.

    Raises Refused without the role adjudicator, InputError for a name that is taken and an unknown kind.
    """
    require(store, by, "adjudicator")
    unknown = [g for g in groups if g not in GROUPS]
    if unknown:
        raise InputError(f"groups: found {unknown[0]!r}, expected one of {', '.join(GROUPS)}.")
    made = Mode(
        id=f"mode-{new_id()[:10]}",
        name=_name(name),
        description=description.strip(),
        example=example,
        groups=tuple(dict.fromkeys(groups)),
    )

    def change(old: ModeList) -> Sequence[Mode]:
        _check_free(old, made.name)
        return [*(replace(m, groups=tuple(g for g in m.groups if g not in groups)) for m in old.all), made]

    _save(store, change, by=by, note=f"named {made.name}")
    return made


def rename_mode(store: Store, mode: str, *, name: str | None = None, description: str | None = None, by: str) -> Mode:
    """Give a mode another name or description, and return it. Raises as :func:`name_mode` does, and UnknownError."""
    require(store, by, "adjudicator")

    def change(old: ModeList) -> Sequence[Mode]:
        one = need_mode(old, mode)
        new = replace(
            one,
            name=one.name if name is None else _name(name),
            description=one.description if description is None else description.strip(),
        )
        if new.name != one.name:
            _check_free(old, new.name, besides=one.id)
        return [new if m.id == one.id else m for m in old.all]

    return need_mode(_save(store, change, by=by, note=f"renamed {mode}"), mode if name is None else name)


def merge_modes(store: Store, mode: str, *, into: str, by: str) -> Mode:
    """Merge a mode into another one, which takes over its kinds of failure and everything said of it."""
    require(store, by, "adjudicator")

    def change(old: ModeList) -> Sequence[Mode]:
        gone, kept = need_mode(old, mode), need_mode(old, into)
        if gone.id == kept.id:
            raise Refused(f"'{mode}' and '{into}' are the same failure mode.")
        wider = replace(kept, groups=tuple(dict.fromkeys((*kept.groups, *gone.groups))))
        new = {gone.id: replace(gone, into=kept.id, groups=()), kept.id: wider}
        return [new.get(m.id, m) for m in old.all]

    return need_mode(_save(store, change, by=by, note=f"merged {mode} into {into}"), into)


def ignore_mode(store: Store, mode: str, *, reason: str, by: str) -> Mode:
    """Say that the failures of a mode need no triage, and why; without a reason they need it again."""
    require(store, by, "adjudicator")

    def change(old: ModeList) -> Sequence[Mode]:
        one = need_mode(old, mode)
        return [replace(m, ignored=reason.strip()) if m.id == one.id else m for m in old.all]

    return need_mode(_save(store, change, by=by, note=f"ignored {mode}" if reason else f"watches {mode}"), mode)


def _save(store: Store, change: Callable[[ModeList], Sequence[Mode]], *, by: str, note: str) -> ModeList:
    require(store, by, "adjudicator")
    with store.transaction():
        old = mode_list(store)
        new = ModeList(old.version + 1, tuple(change(old)))
        held = tuple(asdict(m) for m in new.all)
        store.add(FailureModes(version=new.version, at=now(), by=by, modes=held, note=note))
        chain.record(store, by, "failure modes", str(new.version), note=note)
    return new


def _folded(name: str) -> str:
    """Return a name as two are compared; the blanks of those that are kept were put right before."""
    return " ".join(name.split()).casefold()


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= MOST_LETTERS:
        raise InputError(f"name of the mode: found {len(name)} characters, expected 1 to {MOST_LETTERS}.")
    return name


def _check_free(old: ModeList, name: str, *, besides: str = "") -> None:
    taken = old.called(name)
    if taken is not None and taken.id != besides:
        raise InputError(f"name of the mode: '{taken.name}' exists. Choose another name, or merge the two modes.")
