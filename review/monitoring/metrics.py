"""What is measured of production traffic: one definition of each figure, for health and for alerts.

The expressions are DuckDB's, over the columns of one row of the log (:mod:`review.log.columns`). None reads the content
of a conversation, so a log of millions is measured column by column. CASE keeps texts that are rare from being looked
at in every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from review.basics.feedback_words import NEGATIVE_FEEDBACK, POSITIVE_FEEDBACK
from review.basics.sql_literals import sql_literal
from review.checks.catalogue import CHECKS, title_of

Kind = Literal["share", "quantile", "sum", "count"]
CHECK = "check_"
"""Begins the name of the share of conversations that a check flags: check_personal_data."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One figure of production traffic.

    A ``share`` is the rows in which ``denominator`` and ``numerator`` hold, of those in which ``denominator`` holds. A
    ``count`` is the rows in which both hold. A ``sum`` adds up the numbers of ``numerator``, a ``quantile`` takes its
    quantiles; NULL is left out of both. Without rows whose denominator holds, each of them is undefined, never zero.
    ``better`` says which direction is better, None where neither is. ``unit`` stands behind its numbers. ``check`` is
    the check whose flag it counts: only imports in which that check ran belong into its denominator. A window in which
    ``told`` holds for no row says nothing of a share: its source does not record it.
    """

    name: str
    title: str
    kind: Kind
    numerator: str
    denominator: str = "true"
    better: Literal["lower", "higher"] | None = "lower"
    unit: str = ""
    check: str = ""
    told: str = ""

    @property
    def value(self) -> str:
        """The number that ``sum`` and ``quantile`` read from a row, NULL where there is none."""
        return self.numerator


def _among(words: Sequence[str]) -> str:
    listed = ", ".join(map(sql_literal, words))
    return f"CASE WHEN feedback IS NULL THEN NULL ELSE lower(trim(split_part(feedback, ',', 1))) IN ({listed}) END"


def _says(word: str) -> str:
    return f"CASE WHEN feedback IS NULL THEN false ELSE regexp_matches(lower(feedback), '(^|,)\\s*{word}\\b') END"


def flags(check: str) -> str:
    """Return the condition that a check flagged a row."""
    return f"CASE WHEN flagged <> '' THEN contains(' ' || flagged || ' ', {sql_literal(f' {check} ')}) ELSE false END"


_REPAIRED, _TRIED = "(repaired AND coalesce(repair_rounds, 1) >= 1)", "(coalesce(repair_rounds, 0) >= 1 OR repaired)"
_THUMB = f"({_among(NEGATIVE_FEEDBACK)} OR {_among(POSITIVE_FEEDBACK)})"
_FEEDBACK = "coalesce(feedback, '') <> ''"


def _low(confidence: float) -> str:
    tried = "(coalesce(repair_rounds, 0) >= 1 OR coalesce(error_type, '') <> '')"
    unrepaired = f"CASE WHEN repaired = false THEN {tried} ELSE false END"
    return f"(coalesce(low_confidence, false) OR coalesce(confidence < {confidence:f}, false) OR {unrepaired})"


def metrics_for(confidence: float = 0.5, currency: str = "") -> dict[str, Metric]:
    """Return what is measured, by name; below ``confidence`` a conversation counts as one of low confidence.

    ``currency`` is that of costs, "" where the project names none.

    Low confidence is decided as the draw decides it (:mod:`review.sampling.strata`).
    """
    told = "(low_confidence IS NOT NULL OR confidence IS NOT NULL OR repaired IS NOT NULL)"
    found = (
        Metric(name="traffic", title="Conversations", kind="count", numerator="true", better=None),
        Metric(name="error_rate", title="Errors", kind="share", numerator="status = 'error'"),
        Metric(
            name="success_rate", title="Success", kind="share", numerator="status IS DISTINCT FROM 'error'",
            better="higher",
        ),
        Metric(name="latency_ms", title="Latency", kind="quantile", numerator="latency_ms", unit="ms"),
        Metric(name="retries", title="Retries", kind="sum", numerator="retries"),
        Metric(name="tokens_in", title="Tokens in", kind="sum", numerator="tokens_in", better=None),
        Metric(name="tokens_out", title="Tokens out", kind="sum", numerator="tokens_out", better=None),
        Metric(name="cost", title="Cost", kind="sum", numerator="cost", unit=currency),
        Metric(
            name="repair_rate", title="Repairs that worked", kind="share", numerator=_REPAIRED, denominator=_TRIED,
            better="higher",
        ),
        Metric(
            name="repair_needed", title="Needed a repair", kind="share", numerator=_TRIED,
            told="(repair_rounds IS NOT NULL OR repaired IS NOT NULL)",
        ),
        Metric(
            name="low_confidence", title="Low confidence", kind="share", numerator=_low(confidence), denominator=told
        ),
        Metric(
            name="thumbs_down", title="Thumbs down", kind="share", numerator=_among(NEGATIVE_FEEDBACK),
            denominator=_THUMB,
        ),
        Metric(
            name="thumbs_given", title="Gave a thumb", kind="share", numerator=f"coalesce({_THUMB}, false)",
            better=None, told=_FEEDBACK,
        ),
        Metric(
            name="copied", title="Answer copied", kind="share", numerator=_says("copied"), better="higher",
            told=_FEEDBACK,
        ),
        Metric(name="edited", title="Answer edited", kind="share", numerator=_says("edited"), told=_FEEDBACK),
        Metric(
            name="judges_disagree", title="Judges disagree", kind="share", numerator="judges_disagree",
            denominator="judges_disagree IS NOT NULL",
        ),
        Metric(
            name="flagged", title="Flagged by a check", kind="share", numerator="flagged <> ''",
            denominator="flagged IS NOT NULL",
        ),
        *(
            Metric(
                name=f"{CHECK}{name}", title=f"Check: {title_of(name)}", kind="share", numerator=flags(name),
                denominator="flagged IS NOT NULL", check=name,
            )
            for name in CHECKS
        ),
    )  # fmt: skip
    return {one.name: one for one in found}


METRICS: Mapping[str, Metric] = metrics_for()
"""Every figure by its name, with the default limit of low confidence."""

SLICES = ("model", "prompt_version", "variant", "scenario", "source", "language")
"""Columns of the log by which traffic is split."""
