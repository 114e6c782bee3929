"""How long a function of 20 ms takes with and without tracing: ``python traced.py URL TOKEN ROUNDS SPANS``.

Runs in an environment of its own with the packages in requirements.txt; it imports nothing of Spotcheck. Rounds with
and without tracing take turns, so that whatever else the machine does meets both.
"""

import contextlib
import json
import statistics
import sys
import time

from send import exporting

CALLS = 25
"""Calls in a round."""
SLEEP, BUSY = 0.015, 0.005
"""Seconds of a call: what a model takes, and what the product itself computes."""


def work():
    time.sleep(SLEEP)
    end = time.thread_time() + BUSY
    while time.thread_time() < end:
        pass


def plain(_tracer, _spans):
    work()


def traced(tracer, spans):
    with contextlib.ExitStack() as open_spans:
        for number in range(spans):
            span = open_spans.enter_context(tracer.start_as_current_span("chat" if number else "ask"))
            span.set_attribute("input.value", "How many parcels did we ship on Friday? " * 5)
            span.set_attribute("output.value", "Seven. " * 30)
        work()


def main(url, token, rounds, spans):
    provider = exporting("traced", url, token)
    tracer, seconds, busy = provider.get_tracer("bot"), {plain: [], traced: []}, {plain: 0.0, traced: 0.0}
    for _ in range(int(rounds)):
        for act in (plain, traced):
            before = time.process_time()
            for _ in range(CALLS):
                begun = time.perf_counter()
                act(tracer, int(spans))
                seconds[act].append(time.perf_counter() - begun)
            busy[act] += time.process_time() - before
    provider.shutdown()
    found = {}
    for act, took in seconds.items():
        ends = statistics.quantiles(took, n=20)
        milliseconds = {"p50": ends[9] * 1000, "p95": ends[18] * 1000, "busy": busy[act] / len(took) * 1000}
        found[act.__name__] = {"calls": len(took), **milliseconds}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
