"""Twelve simulated weeks of the whole product: does true quality rise, and do the figures say the truth?

Run: PYTHONPATH=.:tests python tests/bench/twelve_weeks.py [--seeds 3] [--overlap 1.0] [--picture FILE.svg]

The reference agent serves production with hidden faults. Reviewers err, each in their own way. Every week is imported,
drawn, reviewed, settled, estimated, triaged and closed by the verbs that pages and commands call; versions are run,
gated and approved, and claim fixes that production proves or reopens. Prints a table for each seed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from simulated_picture import picture
from simulated_team import Plan
from simulated_weeks import HEAD, WeekTold, row_of, simulated, summary


def main(arguments: argparse.Namespace) -> None:
    """Print a table for each seed and the sums of all."""
    told: list[WeekTold] = []
    plan = Plan(overlap=arguments.overlap)
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        print(f"\nSeed {seed}\n\n{HEAD}")
        weeks = []
        with tempfile.TemporaryDirectory() as folder:
            for one in simulated(Path(folder), weeks=arguments.weeks, seed=seed, plan=plan):
                print(row_of(one), flush=True)
                weeks.append(one)
        print(f"\n{summary(weeks)}")
        told += weeks
        if seed == arguments.first and arguments.picture:
            picture(weeks).save(arguments.picture)
    print(f"\nAll seeds: {summary(told)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--overlap", type=float, default=1.0)
    parser.add_argument("--picture")
    main(parser.parse_args())
