"""The llm kind of judge: any OpenAI-compatible chat endpoint, asked once for all dimensions of a subject.

``prompt`` makes the questions, ``client`` and ``http`` ask them, ``parse`` and ``labels`` read the replies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from review.basics.errors import InputError
from review.judges.llm.client import Client, Halt, Pace, each
from review.judges.llm.endpoint import check_allowed, key_if_set, key_of, redacted
from review.judges.llm.http import Line
from review.judges.llm.labels import joined
from review.judges.llm.parse import opinions_in
from review.judges.llm.probe import first_replies
from review.judges.llm.prompt import Ask, asks_of, check_templates, questions_of
from review.judges.llm.reply import LONGEST_RAW, Reply
from review.judges.llm.rubric import Ladder, ruled_out
from review.judges.llm.spec import Example, LlmSpec
from review.judges.protocol.protocol import NOT_ASKED, Bench, Kind, Opinion, Options, Replies, Subject, Terms
from review.rubric.rubric import Dimension
from review.settings.judges import JudgeSettings

KEYS_AT_ONCE = 10_000
LONGEST_RATIONALE = 4_000


def checked(spec: LlmSpec, dimensions: Sequence[Dimension], settings: JudgeSettings) -> LlmSpec:
    """Return the spec with canonical labels in its examples.

    Raises InputError for a template that cannot be filled, an example whose labels do not fit the rubric, and a host
    that the settings do not list.
    """
    if not dimensions:
        raise InputError("Choose at least one dimension of the rubric for the llm judge.")
    found = tuple(_example(f"examples, number {k}", e, dimensions) for k, e in enumerate(spec.examples, start=1))
    whole = replace(spec, examples=found)
    check_templates(whole)
    check_allowed(whole.endpoint, settings)
    return whole


def _example(place: str, example: Example, dimensions: Sequence[Dimension]) -> Example:
    """Return an example with canonical labels, without those of dimensions that the judge does not give."""
    labels: dict[str, Any] = {}
    for d in dimensions:
        raw = example["labels"].get(d.name)
        try:
            value = d.scale.canonical(raw)
        except ValueError as error:
            raise InputError(f"{place}, {d.name}: found {raw!r}, expected {error}.") from None
        if value is not None:
            labels[d.name] = list(value) if isinstance(value, tuple) else value
    if not labels:
        raise InputError(f"{place}: found no label in {', '.join(d.name for d in dimensions)}; it shows nothing.")
    return {**example, "labels": labels}


def judge(bench: Bench[LlmSpec], subjects: Sequence[Subject]) -> Iterator[Opinion]:
    """Yield the judge's opinion on each subject in each dimension, in the order in which replies arrive.

    Raises ReviewError before the first opinion when the key is missing or refused, the endpoint cannot be reached, or
    it does not know the model. Anything else that goes wrong is a missing verdict with its cause.
    """
    return judged(bench, subjects, pace=Pace())


class _Asked(NamedTuple):
    """One question and the positions of all votes that its reply serves: subjects may be word for word the same."""

    ask: Ask
    positions: list[int]


def judged(bench: Bench[LlmSpec], subjects: Sequence[Subject], *, pace: Pace) -> Iterator[Opinion]:
    """Judge as :func:`judge` does, with attempts spaced by ``pace``."""
    spec = checked(bench.spec, bench.dimensions, bench.settings)
    questions, asks = questions_of(spec, bench.dimensions), asks_of(bench.options, len(subjects))
    asked: dict[str, _Asked] = {}
    for position, ask in enumerate(asks):
        digest = questions.question(ask, subjects[ask.subject]).digest
        asked.setdefault(digest, _Asked(ask, [])).positions.append(position)
    known = remembered(bench.replies, list(asked), bench.options)
    votes = _Votes(bench, subjects, len(asks) // max(len(subjects), 1))
    halt = Halt(bench.stopped)

    def answered(digest: str) -> Reply | None:
        ask = asked[digest].ask
        return client.ask(questions.question(ask, subjects[ask.subject]))

    wanted = [digest for digest in asked if digest not in known]
    if wanted:
        client = _client(bench, spec, halt, pace)
        first = first_replies(client, spec, wanted, answered)
        for digest, reply in first.items():
            yield from votes.add(asked[digest].positions, reply)
    free = 0.0 if spec.price_in is not None else None
    for digest, content in known.items():
        if halt():
            return
        yield from votes.add(asked[digest].positions, Reply(content=content, cost=free, cached=True))
    if wanted:
        rest = wanted[len(first) :]
        for digest, late in each(answered, rest, width=bench.options.concurrency, halt=halt, closed=client.line.close):
            if late is not None:
                yield from votes.add(asked[digest].positions, late)


def remembered(replies: Replies | None, digests: Sequence[str], options: Options) -> Mapping[str, dict[str, Any]]:
    """Return the replies of earlier runs by digest; none for a fresh run."""
    if replies is None or options.fresh:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(digests), KEYS_AT_ONCE):
        found.update(replies.known(digests[start : start + KEYS_AT_ONCE]))
    return found


def _client(bench: Bench[LlmSpec], spec: LlmSpec, halt: Halt, pace: Pace) -> Client:
    """Make the client. Raises InputError when the key is missing."""
    key = key_of(spec.key_env, spec.endpoint, bench.environment)
    certificates = bench.environment.get("REQUESTS_CA_BUNDLE", "")
    return Client(
        line=Line(spec.endpoint, key, bench.options.timeout, certificates),
        ladder=Ladder(spec.structured),
        attempts=bench.options.attempts,
        prices=(spec.price_in, spec.price_out),
        log=bench.replies.log if bench.replies is not None else lambda call: None,
        halted=halt,
        pace=pace,
    )


class _Votes:
    """Collects votes; a subject's opinions come out once all of its votes are in."""

    def __init__(self, bench: Bench[LlmSpec], subjects: Sequence[Subject], each_has: int) -> None:
        self._dimensions = bench.dimensions
        self._subjects = subjects
        self._each_has = each_has
        self._key = key_if_set(bench.spec.key_env, bench.environment)
        self._votes: list[dict[int, list[Opinion]]] = [{} for _ in subjects]

    def add(self, positions: Sequence[int], reply: Reply) -> Iterator[Opinion]:
        """Count a reply for all positions it serves; the first of them carries its cost."""
        for k, position in enumerate(positions):
            subject, place = divmod(position, self._each_has)
            votes, name = self._votes[subject], self._subjects[subject].id
            votes[place] = opinions_of(reply.shared() if k else reply, name, self._dimensions, self._key)
            if len(votes) == self._each_has:
                in_order = [votes[p] for p in sorted(votes)]
                for d, given in zip(self._dimensions, zip(*in_order, strict=True), strict=True):
                    yield joined(d, given)


def opinions_of(reply: Reply, subject: str, dimensions: Sequence[Dimension], key: str = "") -> list[Opinion]:
    """Return one opinion in each dimension; without a whole reply all are missing for the same cause.

    The cost is split evenly over the dimensions. The key is removed once more: escapes that JSON decodes may spell it.
    """
    if reply.error:
        found = [
            Opinion(subject=subject, dimension=d.name, value=None, error=reply.error, raw=reply.raw or reply.message)
            for d in dimensions
        ]
    else:
        found = _from_content(reply.content, subject, dimensions, key)
    cost = None if reply.cost is None else reply.cost / len(dimensions)
    return [replace(o, latency_ms=reply.latency_ms, cost=cost, cached=reply.cached) for o in found]


def _from_content(content: Mapping[str, Any], subject: str, dimensions: Sequence[Dimension], key: str) -> list[Opinion]:
    text = str(content.get("text") or content.get("refusal") or content.get("finish_reason") or "")
    raw = redacted(text, key)[:LONGEST_RAW]
    read = opinions_in(content, subject, dimensions)
    labels = {name: o.value for name, o in read.items() if o.value is not None}
    found = []
    for d in dimensions:
        o = read[d.name]
        # Nothing is missing where the reply's own labels say that the dimension does not apply.
        error = NOT_ASKED if o.error == "missing" and ruled_out(d, labels) else o.error
        rationale = redacted(o.rationale, key)[:LONGEST_RATIONALE]
        found.append(replace(o, error=error, rationale=rationale, raw="" if o.value is not None else raw))
    return found


def terms(spec: LlmSpec) -> Terms:
    """Return where the masked texts go and what a million tokens cost."""
    return Terms(spec.endpoint.netloc, spec.price_in, spec.price_out)


KIND = Kind(
    title="LLM",
    read=LlmSpec.from_json,
    checked=checked,
    judge=judge,
    terms=terms,
    about="any OpenAI-compatible chat endpoint (Ollama, vLLM, hosted), with structured replies, retries, costs and a "
    "memory of replies, so that a second run asks nothing again",
)
