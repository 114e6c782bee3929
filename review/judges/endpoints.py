"""The endpoints of llm judges by name, to ask them something else than a verdict."""

from __future__ import annotations

import os
from collections.abc import Callable

from review.basics.errors import InputError
from review.judges.llm.asking import asker
from review.judges.llm.spec import LlmSpec
from review.judges.versions import judge_named, judges_of, spec_of
from review.settings.project import Project
from storage.store import Store


def llm_names(store: Store) -> list[str]:
    """Return the names of the judges that have an endpoint."""
    return sorted({judge.name for judge in judges_of(store) if judge.kind == "llm"})


def llm_of(store: Store, project: Project, name: str) -> Callable[[str, str], str]:
    """Return what asks the endpoint of a judge. Raises InputError for a judge without one, UnknownError for none."""
    judge = judge_named(store, name)
    spec = spec_of(judge)
    if not isinstance(spec, LlmSpec):
        raise InputError(
            f"judge '{name}' is of the kind {judge.kind}; expected one of the kind llm, which has an endpoint."
        )
    return asker(spec, project.judges, os.environ)
