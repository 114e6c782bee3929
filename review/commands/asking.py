"""The endpoint of an llm judge, for commands that ask it something else than a verdict."""

from __future__ import annotations

import os
from collections.abc import Callable

from review.basics.errors import InputError
from review.judges.llm.asking import asker
from review.judges.llm.spec import LlmSpec
from review.judges.versions import judge_named, spec_of
from review.settings.project import project_of
from storage.store import Store


def llm_of(store: Store, name: str, store_path: str) -> Callable[[str, str], str]:
    """Return what asks the endpoint of a judge. Raises InputError for a judge without one, UnknownError for none."""
    judge = judge_named(store, name)
    spec = spec_of(judge)
    if not isinstance(spec, LlmSpec):
        raise InputError(
            f"judge '{name}' is of the kind {judge.kind}; expected one of the kind llm, which has an endpoint."
        )
    return asker(spec, project_of(store_path).judges, os.environ)
