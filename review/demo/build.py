"""Build the demonstration store: generated weeks are imported, drawn, reviewed and settled by the real verbs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from review.basics.clock import shifted
from review.basics.errors import InputError
from review.basics.weeks import week_of
from review.demo.generate import WEEK_SIZE
from review.demo.judges import announce, execute, learn
from review.demo.one_week import Telling, tell_week
from review.demo.reviewers import HABITS
from review.demo.shop import FILE as SHOP
from review.demo.shop import build_shop, open_shop
from review.demo.stages import stage_of
from review.demo.team import CURATOR, VISITOR
from review.demo.triaging import claim, name_the_mode
from review.golden.references import references_of
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.settings.project import project_of
from review.settings.starter import STARTER
from storage.opening import open_store
from storage.store import Store

STORE = "spotcheck.db"
RECENT = 5
"""In so many weeks, with the open one, queries are run, and the learned judge learns from the closed ones."""
EARLIER = 1_200
"""Conversations of a closed week: enough to see a mode come and go, and fewer to import."""
SQL_SETTINGS = f"""
[sql]                    # the shop that the data agent asks
engine = "{SHOP}"
dimension = "correctness"

[sql.words]
"promotion|promo code|voucher|discount" = ["order_promotions", "promotions"]
"""
"""What spotcheck.toml says of the shop."""

Progress = Callable[[int, int, str], None]
Chapter = Callable[[Store, date], None]
"""A part of the story that is told beside the weeks: it gets the store and the day of the demonstration."""
Weekly = Callable[[Store, int], None]
"""What is done at the end of each week: it gets the store and how many weeks before the open week it is."""


def demo_store(
    folder: Path,
    *,
    seed: int = 7,
    weeks: int = 8,
    progress: Progress | None = None,
    chapters: Sequence[Chapter] = (),
    weekly: Weekly | None = None,
) -> Path:
    """Return the path of the demonstration store in ``folder``; build it first if it does not exist.

    The first of ``chapters`` is told before the first week, the others after the last one;
    ``weekly`` is called after each week. Removes the folder if the build fails. Raises InputError if the folder holds
    other files.
    """
    path = folder / STORE
    if path.exists():
        return path
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            f"{folder} holds files but no {STORE}. Expected an empty or a new folder; choose another with --folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        today = datetime.now(UTC).date()
        build_demo(
            path, today=today, seed=seed, weeks=weeks, before=EARLIER,
            progress=progress, chapters=chapters, weekly=weekly,
        )  # fmt: skip
    except BaseException:
        shutil.rmtree(folder)
        raise
    return path


def build_demo(
    store_path: str | Path,
    *,
    today: date,
    seed: int = 7,
    weeks: int = 8,
    size: int = WEEK_SIZE,
    before: int | None = None,
    progress: Progress | None = None,
    chapters: Sequence[Chapter] = (),
    weekly: Weekly | None = None,
) -> None:
    """Fill a new store with the last ``weeks`` weeks before that of ``today``; only the latest is open.

    The open week has ``size`` conversations, each earlier one ``before``, by default as many.

    Four simulated reviewers review the earlier weeks. These are settled, approved into the golden dataset, released
    and closed. The first of ``chapters`` is told before the first week, the others after the last one;
    ``weekly`` is called after each week. ``progress`` receives the weeks done, the number of weeks and the current
    step. Raises InputError if ``weeks`` is less than 1.
    """
    if weeks < 1:
        raise InputError(f"A demonstration of {weeks} weeks cannot be built; expected at least 1.")
    names = [_week_before(today, back) for back in range(weeks, 0, -1)]
    shop_file = Path(store_path).with_name(SHOP)
    shop_file.unlink(missing_ok=True)
    build_shop(shop_file, until=today)
    store = open_store(Path(store_path))
    try:
        _set_up(store)
        with open_shop(shop_file) as shop, references_of(store) as references:
            for number, week in enumerate(names):
                tell = _teller(progress, number, weeks, week)
                # Earlier weeks carry the dates on which they would have been reviewed.
                with shifted(timedelta(weeks=number + 1 - weeks)):
                    if number == 0:
                        announce(store, by=CURATOR)
                        for chapter in chapters[:1]:
                            tell("the agent and its versions")
                            chapter(store, today)
                    stage = stage_of(weeks - 1 - number)
                    last = week == names[-1]
                    told = Telling(
                        week=week, stage=stage, seed=seed, size=size if last else before or size, last=last,
                        shop=shop, references=references, tell=tell,
                    )  # fmt: skip
                    if number and stage.claims:
                        claim(store, project_of(store.path), week, stage, by=CURATOR)
                    tell_week(store, told)
                    if weekly is not None:
                        tell("operations")
                        weekly(store, weeks - 1 - number)
        _teller(progress, weeks - 1, weeks, names[-1])("run the queries")
        execute(store, names[-RECENT:], by=CURATOR)
        _teller(progress, weeks - 1, weeks, names[-1])("train a judge")
        learn(store, names[-RECENT:-1], names[-1], seed=seed, by=CURATOR)
        for chapter in chapters[1:]:
            _teller(progress, weeks - 1, weeks, names[-1])("the last version of the agent, and an erasure")
            chapter(store, today)
        if progress is not None:
            progress(weeks, weeks, "ready")
    finally:
        store.close()


def _teller(progress: Progress | None, done: int, weeks: int, week: str) -> Callable[[str], None]:
    def tell(work: str) -> None:
        if progress is not None:
            progress(done, weeks, f"{week}: {work}")

    return tell


def _week_before(today: date, back: int) -> str:
    moment = datetime.combine(today - timedelta(weeks=back), datetime.min.time(), UTC)
    return week_of(moment)


def _set_up(store: Store) -> None:
    project = project_of(store.path)
    if not project.path.exists():
        project.path.write_text(STARTER.replace("# currency =", "currency =") + SQL_SETTINGS, encoding="utf-8")
    add_person(store, VISITOR, role="lead", by="demo")
    add_person(store, CURATOR, role="adjudicator", by=VISITOR)
    for reviewer in HABITS:
        add_person(store, reviewer, role="annotator", by=VISITOR)
    save_rubric(store, rubric_from(project.rubric or DEFAULT_RUBRIC), by=VISITOR)
    name_the_mode(store, by=CURATOR)
