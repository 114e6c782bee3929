"""How fast the pages open that read the log, on a log of many failures.

    python tests/bench/big_log.py [--rows 1400000] [--folder FOLDER] [--page failures]

Builds a store of eight weeks with such a log, or takes the one in FOLDER: of 1,400,000 conversations each week has
175,000, of which 100,000 failed, were repaired, were unsure or were called bad. Each view of each page is opened on the
last closed week: "first" with nothing known, "again" right after. So is each choice of the filters on the list of
failures, which somebody makes on the open page. ``--page`` measures one page alone.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import many_weeks  # noqa: E402
import streamlit as st  # noqa: E402
from app_pages import ROUTER, pages  # noqa: E402
from big_store import as_a_server, opened  # noqa: E402
from health_speed import write_log  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from review.basics.log_paths import log_of  # noqa: E402
from review.basics.remembered import forget_everything  # noqa: E402
from review.failures.grouped import groups_of  # noqa: E402
from review.settings.project import project_of  # noqa: E402
from storage.opening import open_store  # noqa: E402

WEEKS = 8


def views_of(page: str) -> list[str]:
    """Return the names of the views that the file of a page declares as ``VIEWS``; [""] for a page with one."""
    tree = ast.parse((ROUTER.parent / f"{page}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VIEWS":
            keys = node.value.keys if isinstance(node.value, ast.Dict) else []
            return [str(key.value) for key in keys if isinstance(key, ast.Constant)]
    return [""]


def build(folder: Path, rows: int) -> Path:
    """Write the store and its log into a folder; return the store."""
    store = many_weeks.build(folder / "spotcheck.db", many_weeks.Size(WEEKS - 1, 200))
    first = many_weeks.week_names(WEEKS)[0]
    write_log(log_of(store.path).logs, rows, WEEKS, date.fromisocalendar(int(first[:4]), int(first[-2:]), 1))
    return Path(store.path)


def print_filters(store: Path, week: str) -> None:
    """Choose each filter of the open list of failures, and its second page; print the seconds of each choice."""
    groups = groups_of(open_store(store), project_of(store), weeks=[week])
    choices: dict[str, dict[str, str | int]] = {
        "group": {"failures_mode": groups[0].group},
        "version": {"failures_version": groups[0].version},
        "cause": {"failures_why": next(iter(groups[0].causes))},
        "page 2": {"failures_page_None_None_None": 2},
    }
    for title, chosen in choices.items():
        at = AppTest.from_file(str(ROUTER), default_timeout=600)
        at.query_params.update({"rater": many_weeks.LEAD, "week": week, "view": "list"})
        at.switch_page("failures.py").run()
        for key, value in chosen.items():
            at.session_state[key] = value
        start, busy = time.perf_counter(), time.process_time()
        at.run()
        times = time.perf_counter() - start, time.process_time() - busy
        if at.exception or not at.dataframe:
            raise RuntimeError(f"{title}: {[e.value for e in at.exception]}")
        print(f"{f'failures list, {title}':28} {' '.join(f'{seconds:8.2f}' for seconds in times)}", flush=True)


def print_views(store: Path, only: str | None) -> None:
    """Open every page, or one, in each of its views and print its seconds, with those of the processor in brackets."""
    as_a_server()
    os.environ["SPOTCHECK_STORE"] = str(store)
    week = many_weeks.week_names(2)[0]
    print(f"{'page':28} {'first':>8} {'(busy)':>8} {'again':>8} {'(busy)':>8}   seconds, week {week}")
    for page in [only] if only else pages():
        for view in views_of(page):
            query = {"view": view} if view else {}
            opened(page, week, **query)  # what every process loads once is no part of the figures
            st.cache_data.clear()
            st.cache_resource.clear()
            forget_everything()
            times = (*opened(page, week, **query), *opened(page, week, **query))
            print(f"{f'{page} {view}':28} {' '.join(f'{seconds:8.2f}' for seconds in times)}", flush=True)
        if page == "failures":
            print_filters(store, week)


def main() -> None:
    """Build or take a store with a log and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_400_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--page", choices=sorted(pages()))
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        store = folder / "spotcheck.db"
        print_views(store if store.exists() else build(folder, asked.rows), asked.page)


if __name__ == "__main__":
    main()
