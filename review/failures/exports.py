"""What is learned from settled answers, as files: few-shots, fine-tuning, preference pairs, a knowledge base.

Only masked, settled answers of the dev half go out, and none whose question a test example nearly repeats. Each file
has its provenance beside it, and each row says which item it is from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from review.audit import chain
from review.basics import setting
from review.basics.clock import now
from review.basics.errors import InputError, NothingToDo
from review.basics.whole_files import check_target, replacing
from review.checks.near import near_examples
from review.failures.settled_answers import SettledAnswer, settled_answers
from review.golden.examples import current_examples
from review.people.people import require
from storage.store import Store


def _about(one: SettledAnswer) -> dict[str, Any]:
    return {
        "item": one.item_id,
        "conversation": one.conversation_id,
        "week": one.week,
        "settled": one.rule,
        "rubric_version": one.rubric_version,
        "corrected": one.corrected,
        "split": "dev",
    }


def _asked(one: SettledAnswer) -> list[dict[str, str]]:
    turns = [{"role": t["role"], "content": t["content"]} for t in one.prior_turns]
    return [*turns, {"role": "user", "content": one.question}]


def _answered(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _fine_tuning(found: Sequence[SettledAnswer]) -> list[dict[str, Any]]:
    return [{"messages": [*_asked(one), _answered(one.right)], "metadata": _about(one)} for one in found]


def _preferences(found: Sequence[SettledAnswer]) -> list[dict[str, Any]]:
    return [
        {
            "prompt": _asked(one),
            "chosen": [_answered(one.right)],
            "rejected": [_answered(one.original)],
            "metadata": _about(one),
        }
        for one in found
        if one.corrected and one.original.strip()
    ]


def _few_shots(found: Sequence[SettledAnswer]) -> list[dict[str, Any]]:
    return [
        {
            "question": one.question,
            "answer": one.right,
            "sql": one.sql,
            "block": f"Question: {one.question}\n{f'SQL: {one.sql}{chr(10)}' if one.sql else ''}Answer: {one.right}",
            "metadata": _about(one),
        }
        for one in found
    ]


def _knowledge(found: Sequence[SettledAnswer]) -> list[dict[str, Any]]:
    """Return each question that was settled right, once; near-duplicates are counted as the same question."""
    texts = {one.item_id: one.question for one in found}
    near: dict[str, set[str]] = {}
    for n in near_examples(texts, texts):
        near.setdefault(n.subject, set()).add(n.example)
    rows, taken = list[dict[str, Any]](), set[str]()
    for one in sorted(found, key=lambda o: (-len(near.get(o.item_id, ())), o.item_id)):
        if one.item_id in taken:
            continue
        alike = near.get(one.item_id, {one.item_id}) - taken
        taken |= alike | {one.item_id}
        rows.append({"question": one.question, "answer": one.right, "times": len(alike), "metadata": _about(one)})
    return rows


@dataclass(frozen=True)
class ExportKind:
    """One kind of file: a short description, and what makes its rows of settled answers."""

    about: str
    rows: Callable[[Sequence[SettledAnswer]], list[dict[str, Any]]]


EXPORTS: dict[str, ExportKind] = {
    "few-shots": ExportKind("blocks of question, SQL and right answer for a prompt", _few_shots),
    "sft": ExportKind("messages with the right answer, for supervised fine-tuning", _fine_tuning),
    "preferences": ExportKind("the correction (chosen) against the answer given (rejected), for DPO", _preferences),
    "knowledge": ExportKind("frequent questions with their settled answer, each once", _knowledge),
}


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What an export wrote: the file with its rows and SHA-256, the file with its provenance, and what was left out."""

    kind: str
    file: Path
    rows: int
    sha256: str
    provenance: Path
    left_out: Mapping[str, int]


def export_learned(
    store: Store, kind: str, target: Path, *, weeks: Sequence[str], by: str, force: bool = False
) -> Exported:
    """Write one kind of export as JSON Lines, and its provenance beside it as ``NAME.provenance.json``.

    Raises Refused without the role adjudicator or when ``target`` exists and ``force`` is off, InputError for an
    unknown kind or another ending, NothingToDo without settled answers.
    """
    require(store, by, "adjudicator")
    setting.one_of("kind", kind, EXPORTS)
    if target.suffix != ".jsonl":
        raise InputError(f"{target}: found the ending {target.suffix!r}, expected .jsonl.")
    beside = target.with_name(f"{target.name}.provenance.json")
    check_target(target, force=force)
    found = settled_answers(store, weeks, viewer=by)
    tested = {e.example_id: e.content["question"] for e in current_examples(store) if e.split == "test"}
    near = {n.subject for n in near_examples({one.item_id: one.question for one in found}, tested)}
    rows = EXPORTS[kind].rows([one for one in found if one.item_id not in near])
    if not rows:
        raise NothingToDo(
            f"no settled answer of the dev half of {', '.join(weeks) or 'any week'} can be exported as {kind}. "
            "Review and settle some first."
        )
    body = b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    digest = hashlib.sha256(body).hexdigest()
    left_out = {"near a test example": len(near)}
    told = {
        "kind": kind,
        "file": target.name,
        "sha256": digest,
        "rows": len(rows),
        "weeks": list(weeks),
        "split": "dev",
        "masked": True,
        "at": now(),
        "by": by,
        "left_out": left_out,
    }
    with store.transaction():
        chain.record(store, by, "export learned", target.name, kind=kind, rows=len(rows), sha256=digest)
        with replacing(target) as temporary:
            temporary.write_bytes(body)
        with replacing(beside) as temporary:
            temporary.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return Exported(kind=kind, file=target, rows=len(rows), sha256=digest, provenance=beside, left_out=left_out)
