"""The llm kind of judge: any OpenAI-compatible chat endpoint, asked once for all dimensions of a subject.

What is asked stands in ``llm_prompt``, ``llm_data`` and ``llm_rubric``; how, in ``llm_client`` and ``llm_http``; how a
reply is read, in ``llm_wire``, ``llm_parse`` and ``llm_labels``; how several replies become one verdict, in
``llm_votes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from review.judges.llm.asks import Ask, Asking, asking_of, asks_of, remembered
from review.judges.llm.client import Client, Outcome, Pace
from review.judges.llm.endpoint import key_if_set, key_of
from review.judges.llm.form import Ladder
from review.judges.llm.http import Line
from review.judges.llm.pool import Halt, each
from review.judges.llm.probe import first_outcomes
from review.judges.llm.spec import checked
from review.judges.llm.votes import Vote, joined, vote_of
from review.judges.llm.wire import Answer
from review.judges.protocol.protocol import Bench, Kind, Said, Spec, Subject


class _Asked(NamedTuple):
    """One question, and the positions of all asks to which its reply belongs: subjects may be word for word alike."""

    ask: Ask
    positions: list[int]


def judge(bench: Bench, subjects: Sequence[Subject]) -> Iterator[Said]:
    """What the judge says of each subject in each dimension, in whatever order replies come.

    Raises ReviewError before anything is yielded when the key is missing or refused, the endpoint cannot be reached,
    or it does not know the model. Everything else that goes wrong is a missing verdict with its cause.
    """
    return judged(bench, subjects, pace=Pace())


def judged(bench: Bench, subjects: Sequence[Subject], *, pace: Pace) -> Iterator[Said]:
    """The same with attempts spaced by ``pace``."""
    spec = checked(bench.spec, bench.dimensions, bench.settings)
    asking = asking_of(spec, bench.dimensions)
    asks = asks_of(bench.options, len(subjects))
    questions: dict[str, _Asked] = {}
    for position, ask in enumerate(asks):
        digest = asking.question(ask, subjects[ask.subject]).digest
        questions.setdefault(digest, _Asked(ask, [])).positions.append(position)
    known = remembered(bench.replies, list(questions), bench.options)
    key = key_if_set(spec, bench.environment)
    desk = _Desk(bench, subjects, len(asks) // max(len(subjects), 1), key)
    halt = Halt(bench.stopped)

    def answered(digest: str) -> Outcome | None:
        ask = questions[digest].ask
        return client.ask(asking.question(ask, subjects[ask.subject]))

    wanted = [digest for digest in questions if digest not in known]
    if wanted:
        client = _client(bench, spec, asking, halt, pace)
        first = first_outcomes(client, spec, wanted, answered)
        for digest, outcome in first.items():
            yield from desk.take(questions[digest].positions, outcome)
    free = 0.0 if spec["price_in"] is not None else None
    for digest, reply in known.items():
        if halt():
            return
        yield from desk.take(questions[digest].positions, Outcome(Answer("", reply=reply), cost=free, cached=True))
    if wanted:
        rest = wanted[len(first) :]
        for digest, late in each(answered, rest, width=bench.options.concurrency, halt=halt, closed=client.line.close):
            if late is not None:
                yield from desk.take(questions[digest].positions, late)


def _client(bench: Bench, spec: Spec, asking: Asking, halt: Halt, pace: Pace) -> Client:
    """Raises InputError when the key is missing."""
    key = key_of(spec, bench.environment)
    certificates = bench.environment.get("REQUESTS_CA_BUNDLE", "")
    return Client(
        line=Line(asking.endpoint, key, bench.options.timeout, certificates),
        ladder=Ladder(spec["structured"]),
        attempts=bench.options.attempts,
        prices=(spec["price_in"], spec["price_out"]),
        log=bench.replies.log if bench.replies is not None else lambda call: None,
        halted=halt,
        pace=pace,
    )


class _Desk:
    """Where votes come together; a subject is told of when it has all of its votes, and only then."""

    def __init__(self, bench: Bench, subjects: Sequence[Subject], each_has: int, key: str) -> None:
        self._dimensions = bench.dimensions
        self._subjects = subjects
        self._each_has = each_has
        self._key = key
        self._votes: list[dict[int, Vote]] = [{} for _ in subjects]

    def take(self, positions: Sequence[int], outcome: Outcome) -> Iterator[Said]:
        """Put a reply where it belongs; what it completes is told. Whoever asked first has paid for it."""
        vote = vote_of(outcome, self._dimensions, self._key)
        free = vote._replace(outcome=outcome.free())
        for k, position in enumerate(positions):
            subject, place = divmod(position, self._each_has)
            votes = self._votes[subject]
            votes[place] = free if k else vote
            if len(votes) == self._each_has:
                in_order = [votes[p] for p in sorted(votes)]
                yield from joined(self._subjects[subject].id, self._dimensions, in_order)


KIND = Kind(
    "LLM",
    checked,
    judge,
    about="any OpenAI-compatible chat endpoint (Ollama, vLLM, hosted), with structured replies, retries, costs and a "
    "memory of replies, so that a second run asks nothing again",
)
