"""All kinds of sources that can be pulled, in one dict, and how a source in the settings is checked."""

from __future__ import annotations

import re

from review.basics.errors import InputError
from review.basics.plug_ins import loaded
from review.settings.pulled import PulledSource
from review.sources.pulling.puller import Puller

PULLERS = loaded(
    Puller,
    {
        "langfuse": "review.sources.pulling.langfuse:PULLER",
        "langsmith": "review.sources.pulling.langsmith:PULLER",
        "phoenix": "review.sources.pulling.phoenix:PULLER",
        "zendesk": "review.sources.pulling.zendesk:PULLER",
        "intercom": "review.sources.pulling.intercom:PULLER",
        "folder": "review.sources.pulling.folder:PULLER",
        "warehouse": "review.sources.pulling.warehouse:PULLER",
    },
)
"""Every kind of source by its name in ``kind``. A new one is a file with a ``Puller`` and a line here."""


VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def puller_of(source: PulledSource) -> Puller:
    """Return the puller of a source. Raises InputError for an unknown kind, or a setting that is missing or unknown."""
    if source.kind not in PULLERS:
        raise InputError(f"{source.where}.kind: found '{source.kind}', expected one of {', '.join(PULLERS)}.")
    puller = PULLERS[source.kind]
    for name, meaning in puller.needs.items():
        if not source.options.get(name):
            raise InputError(f"{source.where}.{name}: found nothing, expected {meaning}.")
    known = {**puller.needs, **puller.may}
    unknown = sorted(set(source.options) - set(known))
    if unknown:
        raise InputError(f"{source.where}: found '{unknown[0]}', expected one of {', '.join(known)}.")
    for key in puller.keys:
        if key in source.options and not VARIABLE.fullmatch(source.options[key]):
            # The value may be the key itself, so it is not repeated.
            raise InputError(
                f"{source.where}.{key}: found a text that is no name of a variable, expected one such as "
                "SPOTCHECK_SOURCE_KEY. Keys do not belong in settings."
            )
    return puller
