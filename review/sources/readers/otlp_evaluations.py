"""What judges and people said of the spans of a trace: OpenInference annotations and GenAI evaluation events.

Facts: Arize-ai/openinference ``spec/annotations.md``, open-telemetry/semantic-conventions-genai ``gen-ai-events.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from review.sources.readers.fields import Fields, Record
from review.sources.readers.otlp_attributes import event_name
from review.sources.readers.span_names import Meaning, rows_of
from review.sources.readers.span_values import amount_of, words_of


def evaluations_in(
    spans: Mapping[str, Record], events: Mapping[str, list[Fields]], meanings: Mapping[str, Meaning]
) -> tuple[dict[str, Fields], list[Fields]]:
    """Return the verdicts of judges by judge and name, and what people said.

    ``meanings`` says what the names of each span's attributes mean.
    """
    verdicts: dict[str, Fields] = {}
    people: list[Fields] = []
    for name, span in spans.items():
        attributes, lists = span["attributes"], meanings[name].lists
        if not lists and not events[name]:
            continue
        rows = [_evaluation(rows_of(attributes, lists[at]), inner) for at, inner in _ANNOTATIONS if at in lists]
        found = [row for part in rows for row in part]
        found += [_result(e["attributes"]) for e in events[name] if event_name(e) == "gen_ai.evaluation.result"]
        for row in found:
            if row["kind"] == "HUMAN":
                people.append({k: v for k, v in row.items() if v is not None})
            elif row["name"] and row["value"] is not None:
                cell = {k: row[k] for k in ("value", "score", "rationale") if row[k] is not None}
                verdicts.setdefault(row["judge"], {})[row["name"]] = cell
    return verdicts, people


_ANNOTATIONS = (
    ("evaluations", "evaluation"),
    *((f"{scope}annotations", "annotation") for scope in ("", "trace.", "session.")),
)


def _evaluation(rows: list[Any], inner: str) -> list[Fields]:
    found = []
    for row in rows:
        if isinstance(row, dict):
            part = {name.removeprefix(f"{inner}."): value for name, value in row.items()}
            judge = part.get("identifier") or part.get("annotator_kind") or "openinference"
            found.append(_row(part, judge, str(part.get("annotator_kind") or "LLM").upper()))
    return found


def _result(attributes: Mapping[str, Any]) -> Fields:
    begin = "gen_ai.evaluation."
    part = {name.removeprefix(begin): value for name, value in attributes.items() if name.startswith(begin)}
    named = {"score": part.get("score.value"), "label": part.get("score.label")}
    return _row({**part, **named}, attributes.get("gen_ai.evaluation.evaluator.name") or "opentelemetry", "LLM")


def _row(part: Mapping[str, Any], judge: Any, kind: str) -> Fields:
    label, score = part.get("label"), part.get("score")
    return {
        "judge": str(judge),
        "kind": kind,
        "name": words_of(part.get("name")),
        "value": score if label in (None, "") else label,
        "score": amount_of(score),
        "rationale": words_of(part.get("explanation")),
    }
