"""Alpaca: ``instruction`` with an optional ``input``, and the ``output``; earlier turns may stand in ``history``.

Facts: the README of tatsu-lab/stanford_alpaca, and LLaMA-Factory's data/README.md for ``system`` and ``history``.
"""

from __future__ import annotations

from review.basics.record import Unreadable
from review.sources.readers.fields import Fields, Record, list_of, message, text_of
from review.sources.readers.reader import Reader


def recognise(record: Record) -> bool:
    """Whether there is an instruction with an output, and no answers to compare."""
    return {"instruction", "output"} <= set(record) and not {"question", "messages", "chosen"} & set(record)


def read(record: Record) -> Fields:
    """Read system text, history, and the instruction with its input as the question."""
    system = text_of("system", record.get("system"))
    messages = [message("system", system)] if system else []
    for i, pair in enumerate(list_of("history", record.get("history") or [], "a list of [question, answer]")):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise Unreadable(f"history.{i}", pair, "[question, answer]")
        messages += [
            message(role, said, at=f"history.{i}") for role, said in zip(("user", "assistant"), pair, strict=True)
        ]
    asked = [text_of(name, record.get(name)) for name in ("instruction", "input")]
    messages.append(message("user", "\n\n".join(text for text in asked if text)))
    output = text_of("output", record.get("output"))
    messages += [message("assistant", output)] if output else []
    return {"id": record.get("id"), "messages": messages}


READER = Reader(
    about="instructions with their outputs, as Alpaca has them",
    sign="instruction and output",
    recognise=recognise,
    read=read,
    sample={"instruction": "How many?", "input": "", "output": "Seven."},
)
