"""Weeks that are opened from the results of rendered statements: what a direct draw gives, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from flow_store import add_people
from sampling_rows import WEEK

from review.basics.clock import now
from review.basics.errors import InputError, Refused
from review.basics.input_file import InputFile
from review.sampling.rendered.asked import rendered
from review.settings.project import project_of
from review.sources.normalise import DEFAULT_SOURCE
from review.week.drawing import Request, preview
from review.week.opening import OpenedWeek, open_week
from review.week.rendering import asked_of
from storage.opening import open_store
from storage.records_log import Conversation, SourceSettings
from storage.records_weeks import Item


def given(file: Path | str) -> InputFile:
    return InputFile(str(file), path=Path(file))


class Warehouse:
    """A table of DuckDB, a store beside it, and the statements of a week that run there."""

    def __init__(self, folder: Path, rows: list[dict[str, Any]], settings: str = "") -> None:
        (folder / "spotcheck.toml").write_text(settings)
        self.folder, self.store = folder, open_store(folder / "spotcheck.db")
        add_people(self.store)
        self.base = duckdb.connect()
        self.base.execute("SET TimeZone = 'UTC'")
        self.put("CREATE TABLE log AS SELECT * FROM", rows)

    def put(self, verb: str, rows: list[dict[str, Any]]) -> None:
        self.base.register("given", pa.Table.from_pylist(rows))
        self.base.execute(f"{verb} given")
        self.base.unregister("given")

    def remember(self, **said: Any) -> None:
        self.store.add(SourceSettings(id="s1", source=DEFAULT_SOURCE, at=now(), by="lea", **said))

    def opened(self, columns: str, request: Request, *, sql: Callable[[str], str] = str) -> OpenedWeek:
        """Render, run, and draw from the result."""
        project = project_of(self.store.path)
        asked = asked_of(self.store, project, replace(request, source="log"), dialect="duckdb", columns=columns)
        file = self.folder / "result.csv"
        self.base.execute(f"COPY ({sql(rendered(asked))}) TO '{file}' (HEADER)")
        return open_week(self.store, project, replace(request, source=str(file), drawn=given(file)), by="lea")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def row(name: str, at: str = "2026-11-18 08:00:00+00:00", **cells: Any) -> dict[str, Any]:
    return {"id": name, "created_at": moment(at), "question": f"Where is {name}?", "status": "ok", **cells}


ALL = Request(week=WEEK, rate=1.0, raters=("ana",))


def test_a_later_draw_leaves_out_what_arrived_after_the_first(tmp_path: Path) -> None:
    early, late = ({"imported_at": moment(f"20{y}-11-24T00:00:00+00:00")} for y in (26, 99))
    house = Warehouse(tmp_path, [row(f"c{k}", **early) for k in range(40)])
    columns = "id,created_at,status,imported_at"
    house.opened(columns, replace(ALL, rate=0.5))
    house.put("INSERT INTO log SELECT * FROM", [row(f"late{k}", **late) for k in range(40)])
    done = house.opened(columns, ALL)
    assert (done.result.frame.late, done.result.frame.distinct, done.result.sampled) == (40, 40, 40)
    assert {one.conversation_id for one in house.store.find(Item)} == {f"c{k}" for k in range(40)}


def test_a_later_draw_keeps_what_an_earlier_one_asked_for(tmp_path: Path) -> None:
    house = Warehouse(tmp_path, [row(f"c{k}", status="error" if k < 80 else "ok") for k in range(400)])
    first = house.opened("id,created_at,status", replace(ALL, rate=0.01, failing="all"))
    again = house.opened("id,created_at,status", replace(ALL, rate=0.05))
    strata = {one.name: one.sampled for one in again.result.strata}
    assert strata["failing"] == 80 and again.result.sampled > first.result.sampled


def test_a_statement_that_ran_before_the_week_was_over_is_refused(tmp_path: Path) -> None:
    house = Warehouse(tmp_path, [row(f"c{k}") for k in range(20)])
    before = "'2026-11-20 12:00:00+00:00'::TIMESTAMPTZ"
    with pytest.raises(Refused, match=r"ran before 2026-W47 had ended.*Run it again"):
        house.opened("id,created_at", ALL, sql=lambda text: text.replace("CURRENT_TIMESTAMP", before))


def test_days_are_those_of_the_zone_and_texts_in_one_are_refused(tmp_path: Path) -> None:
    days = ["2026-11-15", "2026-11-16", "2026-11-22", "2026-11-23"]
    rows = [{**row(day), "created_at": moment(day).date()} for day in days]
    house = Warehouse(tmp_path, rows, '[project]\ntime_zone = "America/New_York"\n')
    done = house.opened("id,created_at:date", ALL)
    assert [i for some in done.result.ids.values() for i in some] and done.result.frame.distinct == 2
    assert {one.conversation_id for one in house.store.find(Item)} == set(days[1:3])
    with pytest.raises(InputError, match=r"zone of the project \(America/New_York\)"):
        house.opened("id,created_at:text", ALL)


def test_of_rows_with_one_id_the_first_by_date_is_shown(tmp_path: Path) -> None:
    late, first = "2026-11-19 08:00:00+00:00", "2026-11-17 08:00:00+00:00"
    rows = [row("c1", late, question="second?"), row("c1", first, question="first?"), row("c2")]
    house = Warehouse(tmp_path, rows)
    house.opened("id,created_at", ALL)
    assert {c.id: c.question for c in house.store.find(Conversation)} == {"c1": "first?", "c2": "Where is c2?"}


@pytest.mark.parametrize("names", [("ID", "created_at", "question"), ("ID", "CREATED_AT", "QUESTION")])
def test_names_come_back_as_they_were_declared(tmp_path: Path, names: tuple[str, ...]) -> None:
    rows = [dict(zip(names, (f"c{k}", moment("2026-11-18T08:00:00+00:00"), "Where?"), strict=True)) for k in range(3)]
    house = Warehouse(tmp_path, rows)
    request = replace(ALL, mapping={"id": "ID", **({"created_at": names[1]} if names[1].isupper() else {})})
    assert house.opened(",".join(names[:2]), request).new_items == 3
    assert {c.question for c in house.store.find(Conversation)} == {"Where?"}


def test_a_result_in_utf8_is_read_as_such_whatever_the_encoding_of_other_files(tmp_path: Path) -> None:
    house = Warehouse(tmp_path, [row("größe-1", question="Welche Größe?")])
    house.remember(encoding="cp1252")
    house.opened("id,created_at", ALL)
    assert [(c.id, c.question) for c in house.store.find(Conversation)] == [("größe-1", "Welche Größe?")]


def test_what_is_remembered_of_files_counts_for_a_statement_as_for_its_result(tmp_path: Path) -> None:
    house = Warehouse(tmp_path, [row(f"c{k}", status="kaputt" if k < 4 else "ok") for k in range(40)])
    house.remember(value_tables={"status": {"kaputt": "error"}})
    done = house.opened("id,created_at,status", ALL)
    assert {one.name: one.population for one in done.result.strata}["failing"] == 4


def test_a_budget_is_refused_with_a_result_too(tmp_path: Path) -> None:
    house = Warehouse(tmp_path, [row(f"c{k}") for k in range(40)])
    house.opened("id,created_at", replace(ALL, rate=0.1))
    file = str(tmp_path / "result.csv")
    request = replace(ALL, rate=0.1, source=file, drawn=given(file), minutes=60)
    with pytest.raises(InputError, match="a budget needs the counts"):
        preview(house.store, project_of(house.store.path), request)
