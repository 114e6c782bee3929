"""What to show before a file of labels or verdicts is imported: columns, dimensions, words to translate. Pure.

Everything is a proposal to correct; nothing takes effect by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from review.basics.tables import Table
from review.exchange.values import ValuesRead, as_counts
from review.rubric.rubric import Rubric
from review.sources.field_names import plain_name

COLUMN_NAMES: Mapping[str, str] = {
    "item": (
        "item|item id|conversation id|conv id|conversation|ticket|ticket id|trace id|id|case|vorgang|ticketnummer"
        "|gesprach|nummer|conversacion|caso|numero de ticket|dossier|номер|обращение|编号|工单"
    ),
    "rater": (
        "rater|annotator|reviewer|user|author|rated by|labeler|labeller|bewerter|prufer|gutachter|person"
        "|annotateur|evaluateur|anotador|revisor|evaluador|разметчик|рецензент|эксперт|评审|标注员"
    ),
    "judge": "judge|judge name|model|evaluator|grader|richter|bewerter|juge|juez|evaluador|судья|评判",
    "label": (
        "label|value|rating|verdict|score|answer|choice|annotation|result|bewertung|urteil|ergebnis|note|etiquette"
        "|verdict|etiqueta|veredicto|valoracion|оценка|метка|标签|评价"
    ),
    "dimension": "dimension|question|criterion|metric|aspect|kriterium|frage|critere|criterio|критерий|维度",
    "at": "at|created at|time|timestamp|date|submitted at|updated at|datum|zeit|fecha|дата|时间",
    "comment": "comment|note|notes|remark|kommentar|bemerkung|commentaire|comentario|комментарий|备注",
    "version": "version|judge version|model version|prompt version|fassung|версия|版本",
    "score": "score|confidence|probability|punktzahl|punktuacion|балл|分数",
    "rationale": "rationale|reason|explanation|why|begrundung|explication|razon|обоснование|理由",
}
"""Column of a file of labels or verdicts -> what files call it, separated by bars, the likeliest first."""


def proposed_columns(columns: Sequence[str], wanted: Iterable[str]) -> dict[str, str]:
    """Return which column of a file holds each of the ``wanted`` ones, by its name; each column once."""
    by_name = {plain_name(column.rpartition(".")[2]): column for column in reversed(columns)}
    by_name |= {plain_name(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for name in wanted:
        known = (by_name.get(plain_name(word)) for word in COLUMN_NAMES.get(name, name).split("|"))
        column = next((one for one in known if one is not None and one not in found.values()), None)
        if column is not None:
            found[name] = column
    return found


def names_asked(table: Table, rubric: Rubric) -> dict[str, int]:
    """Return the dimensions that a table names and the rubric does not have, with how many rows name them."""
    known = {name.casefold() for name in rubric.names}
    found = Counter(row.text("dimension") for row in table.rows)
    return {name: n for name, n in found.most_common() if name and name.casefold() not in known}


def unknown_words(
    table: Table, rubric: Rubric, *, default: str | None = None, given: Mapping[str, str] | None = None
) -> dict[str, dict[str, int]]:
    """Return the labels that the rubric does not have, counted by dimension.

    ``given`` says which dimension a name of the file fills; rows without a name fill ``default``.
    """
    read, by_folded = ValuesRead(), {name.casefold(): name for name in rubric.names}
    for row in table.rows:
        said = row.text("dimension")
        name = (given or {}).get(said) or by_folded.get(said.casefold()) or (default if not said else None)
        if name in rubric.names:
            read.of(row, rubric[str(name)])
    return as_counts(read.unknown)
