"""What somebody chooses for an import, checked once and passed down as one value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from review.basics.date_forms import check_form
from review.basics.errors import InputError
from review.basics.weeks import monday_of, week_of, zone_of
from review.checks.settings import CheckSettings
from review.settings.privacy import Privacy
from review.settings.sources import checked_encoding
from review.sources.normalise import DEFAULT_SOURCE, Origin
from review.sources.readers.catalogue import READERS
from review.sources.readers.mapping import check_mapping

if TYPE_CHECKING:  # processes that mask start sooner without all other settings
    from review.settings.project import Project

AUTO = "auto"
HASH_PLAIN = "hash plain"
"""For ``ids`` of a source whose log has percent-encoded addresses, which an earlier version kept."""


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How a file is imported.

    ``format`` is a name in ``READERS``, or "auto" to tell it by the keys of the first records. ``mapping`` names the
    path of a field (field -> dotted path), ``values`` translates cells (field -> raw -> value). Records without a date
    belong to ``week``, None: the current one. ``date_format`` is a form of :mod:`review.basics.date_forms`; times
    without an offset are in ``time_zone``. ``encoding`` is the name of a codec, "" for UTF-8 and UTF-16. ``records`` is
    the path to the records of a JSON document, or the name of a sheet. ``checks`` run over each new conversation.
    Raises InputError for an unknown format, field, date format or encoding, a source name that cannot be one, and a
    week that is none.
    """

    format: str = AUTO
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = DEFAULT_SOURCE
    week: str | None = None
    records: str | None = None
    time_zone: str = "UTC"
    date_format: str = ""
    encoding: str = ""
    privacy: Privacy = field(default_factory=Privacy)
    checks: CheckSettings = field(default_factory=CheckSettings)

    def __post_init__(self) -> None:
        if self.format != AUTO and self.format not in READERS:
            raise InputError(f"format: found '{self.format}', expected {AUTO} or one of {', '.join(READERS)}.")
        if not re.fullmatch(r"\w[\w.-]{0,63}", self.source):
            raise InputError(f"source: found '{self.source}', expected up to 64 letters, digits, '.', '_' or '-'.")
        if self.week:
            monday_of(self.week)
        check_mapping(self.mapping)
        check_form(self.date_format)
        checked_encoding("encoding", self.encoding)

    def origin(self, key: bytes) -> Origin:
        """Where the records come from; ``key`` is the store's HMAC key."""
        week = self.week or week_of(datetime.now(UTC), self.time_zone)
        zone = zone_of(self.time_zone)
        return Origin(
            source=self.source,
            key=key,
            zone=zone,
            week=week,
            date_format=self.date_format,
            hash_addresses=self.privacy.ids in ("hash", HASH_PLAIN),
            hash_encoded=self.privacy.ids != HASH_PLAIN,
        )


def import_options(
    project: Project,
    *,
    format: str = AUTO,
    mapping: Mapping[str, str] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    source: str = DEFAULT_SOURCE,
    week: str | None = None,
    records: str | None = None,
    date_format: str = "",
    encoding: str = "",
) -> ImportOptions:
    """Return the options of an import, completed with the settings that the project has for all sources.

    :func:`review.sources.prepared.prepared` adds the settings of the one source.
    """
    preset = project.sources.get(source)
    return ImportOptions(
        format=format,
        mapping=mapping or {},
        values=values or {},
        source=preset.alias if preset is not None and preset.alias else source,
        week=week,
        records=records,
        time_zone=project.time_zone,
        date_format=date_format,
        encoding=checked_encoding("encoding", encoding),
        privacy=project.privacy,
        checks=project.checks,
    )
