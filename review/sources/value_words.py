"""Which words of a source mean ok or error, up or down: proposals for the values of a column, in several languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from review.sources.readers.fields import Record, as_json_text
from review.sources.readers.mapping import picked

TRANSLATED = {"status": ("ok", "error"), "feedback": ("up", "down")}
"""Field -> the values that Spotcheck understands."""
MOST = 40
"""The most different values that are listed for a field."""
WORDS: Mapping[str, Mapping[str, str]] = {
    "status": {
        "ok": (
            "ok|success|successful|succeeded|complete|completed|done|finished|true|200|erfolgreich|réussi|terminé"
            "|terminado|exitoso|выполнено|успешно|成功|完成"
        ),
        "error": (
            "error|failed|failure|fail|exception|timeout|timed out|aborted|crashed|false|500|fehler|fehlgeschlagen"
            "|abgebrochen|zeitüberschreitung|erreur|échec|échoué|interrompu|error interno|fallo|fallido|fallida"
            "|cancelado por error|ошибка|сбой|неудача|прервано|失败|错误|超时"
        ),
    },
    "feedback": {
        "up": (
            "up|good|great|positive|like|liked|helpful|satisfied|happy|thumbs up|thumbs_up|thumb_up|👍|yes|true|gut"
            "|sehr gut|positiv|zufrieden|hilfreich|ja|bon|bien|positif|satisfait|utile|oui|bueno|buena|positivo"
            "|satisfecho|útil|sí|хорошо|отлично|положительно|доволен|полезно|да|好|满意|赞|有用|是"
        ),
        "down": (
            "down|bad|poor|negative|dislike|disliked|unhelpful|unsatisfied|dissatisfied|unhappy|thumbs down"
            "|thumbs_down|thumb_down|👎|no|false|schlecht|negativ|unzufrieden|nicht hilfreich|nein|mauvais|négatif"
            "|insatisfait|inutile|non|malo|mala|negativo|insatisfecho|inútil|плохо|отрицательно|недоволен"
            "|бесполезно|нет|差|不满意|踩|没用|否"
        ),
    },
}
"""Field -> value -> the words for it, separated by bars.

States of a ticket (open, closed, solved) are not there: they do not say whether the product failed.
"""
_MEANING = {
    (field, word): value
    for field, tables in WORDS.items()
    for value, words in tables.items()
    for word in words.split("|")
}


@dataclass(frozen=True, kw_only=True)
class Translation:
    """One value of a column: how often it occurs, and what it becomes ("" stays as it is)."""

    field: str
    raw: str
    count: int
    value: str


def translations(
    records: Iterable[Record], mapping: Mapping[str, str], values: Mapping[str, Mapping[str, str]], *, plain: bool
) -> list[Translation]:
    """Return the values of status and feedback in these records, the most frequent first.

    A table in ``values`` comes before a proposal. ``plain`` records have the fields under our names where the mapping
    does not name them.
    """
    paths = {field: mapping.get(field, field) for field in TRANSLATED if plain or field in mapping}
    counts: dict[str, Counter[str]] = {field: Counter() for field in paths}
    for record in records:
        for field, value in picked(record, paths).items():
            if value not in (None, "") and not isinstance(value, list | dict):
                counts[field][_text(value)] += 1
    return [
        Translation(field=field, raw=raw, count=n, value=values.get(field, {}).get(raw, meanings.get(raw, "")))
        for field, found in counts.items()
        for meanings in [proposed_values(field, found)]
        for raw, n in found.most_common(MOST)
    ]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else as_json_text(value)


def proposed_values(field: str, raws: Iterable[str]) -> dict[str, str]:
    """Return what the values of a column most likely mean; one that nobody can know is left out."""
    every = list(raws)
    numbers = {raw: number for raw in every if (number := _number(raw)) is not None}
    if field == "feedback" and len(numbers) == len(every):
        return _on_a_scale(numbers)
    return {raw: value for raw in every if (value := _MEANING.get((field, raw.strip().casefold())))}


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _on_a_scale(numbers: Mapping[str, float]) -> dict[str, str]:
    """Return thumbs for ratings from 1 to 5 or from 0 to 10. A column that stays below 3 does not show its scale."""
    top = max(numbers.values(), default=0.0)
    if not 2 < top <= 10 or min(numbers.values()) < 0:
        return {}
    good, bad = (4.0, 2.0) if top <= 5 else (9.0, 6.0)
    thumbs = {raw: "up" if n >= good else "down" if n <= bad else "" for raw, n in numbers.items()}
    # Many logs of ratings write 0 where nobody rated.
    return {raw: thumb for raw, thumb in thumbs.items() if thumb and (numbers[raw] > 0 or top > 5)}
