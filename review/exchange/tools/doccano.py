"""doccano: one file for each annotator, named after them, with ``label`` as a list.

A document without labels was not labelled. Comments are kept. The file ``all`` holds the labels of everybody together.

Facts: the writers of doccano's backend (data_export).
"""

from __future__ import annotations

from collections.abc import Iterator

from review.exchange.tools.tool import Rating, Record, Tool, item_of, rated, stem

SHARED = ("all", "unknown", "admin-all")


def recognise(record: Record) -> bool:
    """Whether a text has a list of labels and comments."""
    return set(record) >= {"text", "label", "Comments"}


def labels(record: Record, file: str) -> Iterator[Rating]:
    """Yield the labels of a document under the name of the file; nobody's name where the file is shared."""
    given = record.get("label")
    values = given.split("#") if isinstance(given, str) else given
    values = [value for value in values if value] if isinstance(values, list) else []
    comments = record.get("Comments")
    said = "\n".join(c for c in comments if isinstance(c, str)) if isinstance(comments, list) else ""
    by = "" if stem(file).lower() in SHARED else stem(file)
    others = {key: value for key, value in record.items() if key != "id"}
    if values:
        item = item_of(others, otherwise=record.get("id"))
        yield rated(item, by, "label", values[0] if len(values) == 1 else values, comment=said)


def texts(record: Record) -> Record:
    """Return the text of a document."""
    return {"text": record.get("text")}


def no_labels(record: Record) -> Iterator[str]:
    """Yield that a document was not labelled."""
    if not any(labels(record, "")):
        yield "document without a label"


LABELS = Tool(
    about="doccano, one file for each annotator",
    sign="text, label and Comments",
    recognise=recognise,
    ratings=labels,
    left_out=no_labels,
    texts=texts,
    sample={"id": 31, "text": "Seven.", "conv_id": "c-1", "label": ["good"], "Comments": []},
)
