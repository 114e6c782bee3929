"""Scores by people that an import of conversations, or a visit to a source, left in the log, as a file of labels."""

from __future__ import annotations

import orjson

from review.basics.log_paths import log_of
from review.basics.tables import Row, Table
from review.exchange.tool_tables import as_ratings
from review.exchange.tools.catalogue import LABEL_READERS
from review.log.searching import metadata_of_import
from review.sources.human_scores import PLACES, scores_in
from storage.records_base import Json
from storage.records_log import Import
from storage.store import Store

FORMAT = "logged_scores"


def logged_scores(store: Store, import_id: str) -> list[Json]:
    """Return a record for each conversation of an import that people scored where it comes from."""
    found = metadata_of_import(log_of(store.path), import_id, with_any_of=PLACES)
    records = [{"conversation_id": id_, "human_scores": list(scores_in(meta))} for id_, meta in sorted(found.items())]
    return [record for record in records if record["human_scores"]]


def scores_as_labels(store: Store, record: Import, *, rater: str = "") -> Table:
    """Return these scores as :func:`review.exchange.labels.read_labels` returns a file; ``rater`` names those without.

    The table has no rows when there are none.
    """
    file = f"scores of {record.file}"
    rows = tuple(Row(file, n, one) for n, one in enumerate(logged_scores(store, record.id), start=1))
    table = Table(file=file, columns=("conversation_id", "human_scores"), rows=rows, format=FORMAT)
    if not rows:
        return table
    return as_ratings(table, FORMAT, LABEL_READERS[FORMAT], by="rater", author=rater, paths={})


def as_file(records: list[Json]) -> bytes:
    """Return the records as lines of JSON, which are read as any file of labels."""
    return b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)
