"""What a results file already has, so that a run without a store asks only what is missing.

While a run asks, each answer goes at once into a file beside the results, ``NAME.part``, so that a run that was killed
loses none. The results replace it when the run ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from review.basics.canonical import digest
from review.basics.errors import InputError
from review.experiments.runs.cases import ReleaseCases
from review.experiments.runs.questions import Keyed, identity_of, wire_version
from review.experiments.runs.result_file import read_results
from review.experiments.runs.running import RunRequest
from review.experiments.targets.catalogue import checked_options, target_named
from review.experiments.targets.reading import read_answer
from review.experiments.targets.target import Attempt, Target
from review.experiments.values import ANSWER_FIELDS, Answer
from storage.records_base import Json
from storage.records_experiments import PromptVersion

Place = tuple[str, int]
"""A case and its repeat."""


def hash_of_asked(kind: str, target: Target, options: Mapping[str, Any], wire: Json) -> str:
    """Return the hash of a target and a version as sent: with the same one, answers may be taken over."""
    return digest([*identity_of(kind, target, options), wire])


def answers_in(
    path: Path, release: ReleaseCases, version: PromptVersion, wanted: RunRequest
) -> dict[Place, Attempt] | None:
    """Return the answers of an earlier run that the results file of this one goes on from; None where it does not.

    It does unless the option ``fresh`` asks all anew, where the earlier run asked the same version, release and target.
    A file that is no results file, or that was changed by hand, is none.
    """
    if wanted.options.fresh or not path.is_file():
        return None
    try:
        run = read_results(path, release.cases)
    except InputError:
        return None
    options, target = checked_options(wanted.kind, wanted.target), target_named(wanted.kind)
    asked = hash_of_asked(wanted.kind, target, options, wire_version(version))
    if run.unproven or (run.version, run.release_digest, run.asked) != (version.id, release.digest, asked):
        return None
    return {
        (one.case.id, one.repeat): Attempt(fields=_fields(one.answer)) for one in run.cases if one.answer is not None
    }


def _fields(answer: Answer) -> Json:
    given = asdict(answer)
    return {name: given[name] for name in ANSWER_FIELDS if given[name] not in (None, {}, ())}


class Part:
    """The answers that a run has so far, in a file beside its results; a context manager."""

    def __init__(self, out: Path) -> None:
        """``out`` is the file of the results."""
        self.path = out.with_name(f"{out.name}.part")

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("ab")
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, keyed: Keyed, said: Attempt) -> None:
        """Write one answer. The line break stands in front, so that half a line spoils no other."""
        try:
            self._file.write(b"\n" + orjson.dumps({"key": keyed.key, "fields": said.fields}))
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(f"{self.path} cannot be written ({error.strerror or error}).")

    def answers(self, questions: Mapping[Place, Keyed]) -> dict[Place, Attempt]:
        """Return the answers that a killed run left to these questions."""
        if not self.path.is_file():
            return {}
        places = {one.key: place for place, one in questions.items()}
        found = {}
        for line in self.path.read_bytes().splitlines():
            try:
                row = orjson.loads(line)
                place, said = places.get(row["key"]), read_answer(row["fields"])
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                continue  # half a line, of a run that was killed while it wrote
            if place is not None and not said.cause:
                found[place] = said
        return found

    def remove(self) -> None:
        """Remove the file: its answers are in the results, or not wanted."""
        self.path.unlink(missing_ok=True)
