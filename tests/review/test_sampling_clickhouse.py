"""ClickHouse itself answers here: chdb, the embedded engine, behind the HTTP interface that the engine speaks to."""

import json
from zoneinfo import ZoneInfo

import pytest
from clickhouse_server import clickhouse_server
from sampling_query import draw_sql
from sqlglot import exp

from review.basics.date_forms import ORDERS, order_of, read_date
from review.basics.errors import InputError, Refused
from review.basics.weeks import week_window
from review.people.people import add_person
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import rubric_from, save_rubric
from review.sampling.allocate import Wishes
from review.sampling.choose import all_of
from review.sampling.day_counts import rows_per_day
from review.sampling.draw import draw
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.clickhouse_traces import SAID_IN, SAID_OUT
from review.sampling.key import chosen, digest
from review.sampling.strata import Condition, Group
from review.settings.project import project_of
from review.sources.readers.otlp import assemble
from review.sources.readers.otlp_attributes import INPUT, OUTPUT
from review.sources.readers.otlp_spans import spans_in
from review.week.drawing import Request
from review.week.opening import open_week
from storage.records_log import Conversation

WEEK = "2026-W47"
WINDOW = week_window(WEEK)
ODD_IDS = ["caf\u00e9", "cafe\u0301", "\u5ba2-1", "it's", 'say "hi"', "100%"]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server that hands each query with its settings to chdb."""
    with clickhouse_server(tmp_path_factory.mktemp("clickhouse")) as server:
        _fill(server.session)
        yield server


@pytest.fixture(scope="module")
def clickhouse(served):
    """Its host and port, a list of what it was sent, and the session of chdb."""
    return served.host, served.sent, served.session


def _fill(session):
    session.query("CREATE DATABASE shop ENGINE = Atomic")
    session.query(
        "CREATE TABLE shop.log (id String, created_at DateTime64(3, 'Asia/Tokyo'), made String, "
        "status LowCardinality(String), feedback Nullable(String), confidence Nullable(Float64), meta String, "
        "stratum UInt8, verdicts Map(String, Map(String, String))) "
        "ENGINE = MergeTree ORDER BY created_at"
    )
    values = []
    for i, id_ in enumerate([f"c{i}" for i in range(3_000)] + ODD_IDS):
        quoted = id_.replace("'", "\\'")
        at = f"toDateTime64('2026-11-15 00:00:00', 3, 'UTC') + {i * 200}"
        values.append(
            f"SELECT '{quoted}', {at}, concat(toString({at}, 'UTC'), 'Z'), '{'error' if i % 20 == 0 else 'ok'}', "
            f"{'NULL' if i % 3 else chr(39) + 'down,copied' + chr(39)}, {'NULL' if i % 2 else i % 10 / 10}, "
            f"'{{\"deep\": {{\"key\": \"{i}\", \"score\": 0.{i % 10}}}}}', 9, map('kind', map('correctness', 'wrong'))"
        )
    for start in range(0, len(values), 500):
        session.query("INSERT INTO shop.log " + " UNION ALL ".join(values[start : start + 500]))


def in_week():
    # Row i was made 200 * i seconds after Sunday midnight; the window begins 86,400 seconds after that.
    ids = [f"c{i}" for i in range(3_000)] + ODD_IDS
    return {id_: i for i, id_ in enumerate(ids) if 86_400 <= 200 * i < 8 * 86_400}


def group(i):
    if i % 20 == 0 or i % 3 == 0:
        return "failing"
    return "low_confidence" if i % 2 == 0 and i % 10 < 5 else "rest"


@pytest.mark.parametrize("column", ["created_at", "made"])
def test_clickhouse_draws_what_python_draws(clickhouse, column):
    host, sent, _ = clickhouse
    engine = open_source(f"clickhouse://{host}/shop?table=log")
    result = draw(engine, Wishes(0.1, {"failing": 30}), window=WINDOW, week=WEEK, mapping={"created_at": column})
    engine.close()
    strata = {}
    for id_, i in in_week().items():
        strata.setdefault(group(i), []).append(id_)
    assert result.frame.populations == {n: len(ids) for n, ids in strata.items()}
    wanted = {i for n in ("low_confidence", "rest") for i in strata[n] if chosen(WEEK, i, 0.1)}
    if 50 / len(strata["low_confidence"]) > 0.1:
        wanted = {i for i in wanted if group(in_week()[i]) == "rest"}
        wanted |= set(sorted(strata["low_confidence"], key=lambda i: digest(WEEK, i))[:50])
    failing = [i for i in strata["failing"] if chosen(WEEK, i, 0.1)]
    wanted |= set(
        failing if 30 / len(strata["failing"]) <= 0.1 else sorted(strata["failing"], key=lambda i: digest(WEEK, i))[:30]
    )
    assert set(all_of(result.ids)) == wanted
    assert result.frame.verdicts["rest"] == {"kind": {"correctness": {"wrong": len(strata["rest"])}}}
    assert all(settings["readonly"] == "2" for _, settings, _ in sent)


def test_all_odd_ids_come_out_as_they_went_in(clickhouse):
    host, _, _ = clickhouse
    engine = open_source(f"clickhouse://{host}/shop?table=log")
    assert set(all_of(draw(engine, Wishes(1.0), window=WINDOW, week=WEEK).ids)) == set(in_week())


def test_a_word_among_the_words_of_a_column_makes_a_group(clickhouse):
    host, _, _ = clickhouse
    engine = open_source(f"clickhouse://{host}/shop?table=log")
    groups = (Group("named", ((Condition("status", "any_word", ("error", "err_r")),),)),)
    result = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK, groups=groups)
    assert {int(in_week()[i]) % 20 for i in result.ids["named"]} == {0}
    assert sum(result.frame.populations.values()) == len(in_week())


def test_nested_fields_are_reached_in_json_text(clickhouse):
    host, _, _ = clickhouse
    engine = open_source(f"clickhouse://{host}/shop?table=log")
    mapping = {"id": "meta.deep.key", "confidence": "meta.deep.score", "status": "stratum", "feedback": "meta.none"}
    result = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK, mapping=mapping)
    found = {i for i in in_week().values() if i % 10 < 5}
    assert {int(i) for i in result.ids["low_confidence"]} == found


def test_the_query_for_others_runs_in_clickhouse(clickhouse):
    _, _, session = clickhouse
    query = draw_sql("clickhouse", table_name="shop.log", seed=WEEK, rate=0.1, window=WINDOW)
    lines = session.query(query, "JSONCompactEachRow").bytes().decode().splitlines()
    assert {json.loads(line)[0] for line in lines} == {i for i in in_week() if chosen(WEEK, i, 0.1)}


def test_a_table_that_is_not_there_is_a_sentence(clickhouse):
    host, _, _ = clickhouse
    with pytest.raises(InputError, match="the table is gone, or was never there"):
        open_source(f"clickhouse://{host}/shop?table=nope")


def test_user_and_password_come_from_the_environment_alone(clickhouse, monkeypatch):
    host, sent, _ = clickhouse
    monkeypatch.setenv("SPOTCHECK_CLICKHOUSE_USER", "ana")
    monkeypatch.setenv("SPOTCHECK_CLICKHOUSE_PASSWORD", "s3cret")
    engine = open_source(f"clickhouse://{host}/shop?table=log")
    headers = sent[-1][2]
    assert (headers["X-ClickHouse-User"], headers["X-ClickHouse-Key"]) == ("ana", "s3cret")
    assert "s3cret" not in engine.source


def test_a_server_that_does_not_answer_is_a_sentence():
    with pytest.raises(InputError, match="does not answer"):
        open_source("clickhouse://127.0.0.1:9/shop?table=log")


WRITTEN = [
    *(
        "09/11/2026 08:15",
        "9.1.2026",
        "9. 1. 2026, 8:15 Uhr",
        "30-11-2026 17:05:06,25",
        "11/30/2026 5:05 PM",
        "31.2.2026",
    ),
    *(
        "2026/11/30 17:05:06.123456",
        "26/11/30",
        "30/11/69",
        "01/02/03 12:00 am",
        "13/13/2026",
        "09/11-2026",
        "5/6/2026",
    ),
    *(
        "30/11/2026 17:05Z",
        "30/11/2026 17:05 +02:00",
        "30/11/2026 17:05 UTC",
        "30/11/2026 25:00",
        "30/11/2026 13:00 pm",
    ),
    *("2026-11-30", "2026-11-30T17:05:00+02:00", "2026-11-30 17:05", "1764000000", "1764000000123", "1764000000.5"),
    *("", "yesterday", "20261130", "2026", "Nov 30 2026", "3 Nov 2026", "2026-11-30 24:00", "2026-13-01"),
]


@pytest.mark.parametrize("form", ["", *ORDERS, "%d.%m.%Y %H:%M"])
def test_clickhouse_reads_the_dates_that_an_import_reads_and_no_others(clickhouse, form):
    host, _, session = clickhouse
    session.query("CREATE TABLE IF NOT EXISTS shop.dates (id UInt32, made String) ENGINE = MergeTree ORDER BY id")
    session.query("TRUNCATE TABLE shop.dates")
    rows = ", ".join(f"({number}, '{text}')" for number, text in enumerate(WRITTEN))
    session.query(f"INSERT INTO shop.dates VALUES {rows}")
    engine = open_source(f"clickhouse://{host}/shop?table=dates")
    made = engine.instant("made", zone="Europe/Berlin", form=form)
    micros = exp.Anonymous(this="toUnixTimestamp64Micro", expressions=[made])
    query = exp.select(exp.column("id"), micros).from_(engine.relation(["id", "made"])).order_by("id")
    read = {WRITTEN[int(number)]: micro for number, micro in engine.query(query)}
    engine.close()
    zone = ZoneInfo("Europe/Berlin")
    wanted = {text: read_date(text, order_of(form), zone) for text in WRITTEN}
    assert read == {text: moment and int(moment.timestamp() * 1_000_000) for text, moment in wanted.items()}


def test_a_pattern_in_words_is_read_and_one_that_clickhouse_lacks_is_refused(clickhouse):
    host, _, session = clickhouse
    session.query("CREATE TABLE shop.worded (id UInt32, made String) ENGINE = MergeTree ORDER BY id")
    session.query("INSERT INTO shop.worded VALUES (1, '16 Nov 2026 08:15'), (2, '30/11/2026')")
    engine = open_source(f"clickhouse://{host}/shop?table=worded")
    days = [week_window(WEEK)]
    counts = rows_per_day(engine, days, mapping={"created_at": "made"}, date_format="%d %b %Y %H:%M")
    assert counts == {"": [1]} and rows_per_day(engine, days, mapping={"created_at": "made"}) == {"": [0]}
    with pytest.raises(InputError, match="ClickHouse cannot read its part %j"):
        engine.instant("made", form="%Y %j")
    engine.close()


SPANS = """CREATE TABLE shop.otel_traces (Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String,
    SpanName LowCardinality(String), SpanKind LowCardinality(String), ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String), SpanAttributes Map(LowCardinality(String), String),
    Duration UInt64, StatusCode LowCardinality(String), StatusMessage String, Events Nested(Timestamp DateTime64(9),
    Name LowCardinality(String), Attributes Map(LowCardinality(String), String)))
    ENGINE = MergeTree ORDER BY (ServiceName, SpanName, toDateTime(Timestamp))"""
ASKED, TOLD = {"input.value": "How many?"}, {"output.value": "Seven."}
CHAT = {"openinference.span.kind": "LLM", "llm.model_name": "m-1"}
# Name of the trace -> its spans: seconds after Monday 08:00, attributes, whether it failed. The first is the root.
TRACES = {
    "answered": [(0, ASKED | TOLD, False), (1, CHAT | ASKED | TOLD, False)],
    "root failed": [(0, ASKED, True), (1, CHAT | ASKED, False)],
    "no answer after an error": [(0, ASKED, False), (1, CHAT | ASKED, True)],
    "answered after an error": [(0, ASKED | TOLD, False), (1, CHAT | ASKED, True), (2, CHAT | ASKED | TOLD, False)],
    "begins before its week": [(-8 * 3600 - 1, ASKED | TOLD, False), (5, CHAT | TOLD, False)],
    "ends after its week": [(6 * 86_400 + 57_599, ASKED | TOLD, False), (6 * 86_400 + 57_601, CHAT | TOLD, False)],
    "of another service": [(0, {"http.route": "/pay"}, True)],
}


@pytest.fixture(scope="module")
def traces(clickhouse):
    host, _, session = clickhouse
    session.query(SPANS)
    rows = []
    for number, spans in enumerate(TRACES.values(), start=1):
        for place, (seconds, attributes, failed) in enumerate(spans):
            parent = f"{number:08x}00000001" if place else ""
            cells = ", ".join(f"'{key}', '{value}'" for key, value in attributes.items())
            rows.append(
                f"(toDateTime64('2026-11-16 08:00:00', 9, 'UTC') + {seconds}, '{number:032x}', "
                f"'{number:08x}{place + 1:08x}', '{parent}', 'step', 'SPAN_KIND_INTERNAL', 'shop', "
                f"map('service.name', 'shop'), map({cells}), 1500000, '{'STATUS_CODE_ERROR' if failed else 'Ok'}', "
                f"'{'it broke' if failed else ''}', [], [], [])"
            )
    session.query(f"INSERT INTO shop.otel_traces VALUES {', '.join(rows)}")
    return f"clickhouse://{host}/shop?table=otel_traces"


def test_spans_are_grouped_as_the_reader_of_traces_groups_them(traces):
    engine = open_source(traces)
    relation = engine.relation(["id"])
    moment = exp.Anonymous(this="toUnixTimestamp64Milli", expressions=[exp.column("created_at", quoted=True)])
    shown = [exp.column(name, quoted=True) for name in ("id", "status", "latency_ms", "model")]
    grouped = {id_: rest for id_, *rest in engine.query(exp.select(*shown, moment).from_(relation))}
    assert len(grouped) == len(TRACES) - 1, "a trace that says nothing is no conversation"
    for record in engine.records(sorted(grouped)):
        spans = list(spans_in(record))
        (read,) = assemble(spans)
        at = int(read_date(read["created_at"]).timestamp() * 1000)
        assert grouped[read["id"]] == [read["status"], read["latency_ms"], read["model"], at], read["id"]
        assert read["metadata"]["service.name"] == "shop"
    engine.close()
    assert set(SAID_IN) == {*INPUT, "gen_ai.input.messages"}
    assert set(SAID_OUT) == {*OUTPUT, "gen_ai.output.messages", "ai.response.toolCalls"}


def test_a_week_of_traces_is_drawn_and_opened(traces, store, tmp_path):
    for name, role in (("lea", "lead"), ("ana", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    request = Request(week=WEEK, rate=1.0, source=traces, raters=("ana",))
    done = open_week(store, project_of(store.path), request, by="lea")
    assert {s.name: s.population for s in done.result.strata} == {"failing": 2, "low_confidence": 0, "rest": 3}
    texts = {c.id[-1]: (c.question, c.answer, c.status) for c in store.find(Conversation)}
    assert texts["1"] == ("How many?", "Seven.", "ok") and texts["2"][2] == texts["3"][2] == "error"
    assert set(texts) == {"1", "2", "3", "4", "6"}, "a trace belongs to the week in which its root began"


def test_rows_that_were_replaced_count_once_in_their_latest_version(clickhouse):
    host, _, session = clickhouse
    session.query(
        "CREATE TABLE shop.replaced (id String, created_at DateTime('UTC'), status String, version UInt8) "
        "ENGINE = ReplacingMergeTree(version) ORDER BY id"
    )
    session.query("SYSTEM STOP MERGES shop.replaced")
    for version, status in ((1, "error"), (2, "ok")):
        session.query(f"INSERT INTO shop.replaced VALUES ('a', '2026-11-18 00:00:00', '{status}', {version})")
    found = {}
    for option in ("", "&final=1", "&final=0"):
        engine = open_source(f"clickhouse://{host}/shop?table=replaced{option}")
        frame = draw(engine, Wishes(1.0), window=WINDOW, week=WEEK).frame
        engine.close()
        found[option] = (frame.populations["rest"], frame.duplicate_ids)
    assert found == {"": (1, 0), "&final=1": (1, 0), "&final=0": (0, 1)}


def test_a_table_that_is_written_to_between_count_and_draw_is_refused(clickhouse, monkeypatch):
    host, _, session = clickhouse
    session.query("CREATE TABLE shop.growing (id String, created_at DateTime('UTC')) ENGINE = MergeTree ORDER BY id")
    session.query("INSERT INTO shop.growing VALUES ('a', '2026-11-18 00:00:00')")
    engine = open_source(f"clickhouse://{host}/shop?table=growing")
    ask = engine.query

    def query(one):
        if "sampling" in str(one) or "members" in str(one):
            session.query("INSERT INTO shop.growing VALUES ('b', '2026-11-18 00:00:00')")
        return ask(one)

    monkeypatch.setattr(engine, "query", query)
    with pytest.raises(Refused, match="had 1 conversations when they were counted, and 2 ids"):
        draw(engine, Wishes(1.0), window=WINDOW, week=WEEK)
    engine.close()


@pytest.mark.parametrize(
    ("status", "text", "words"),
    [
        (429, "Too many simultaneous queries", "is busy .*429.* Try again in a few minutes"),
        (503, "", "is busy .*503"),
        (500, "Code: 241. DB::Exception: Memory limit exceeded", "refused the query .*Memory limit"),
        (404, "Code: 60. DB::Exception: Unknown table. (UNKNOWN_TABLE)", "the table is gone"),
        (403, "Code: 497. DB::Exception: ana: Not enough privileges", "may not read it"),
        (200, "<html>a proxy</html>", "not JSON"),
    ],
)
def test_a_fault_in_the_middle_of_a_draw_is_a_sentence(clickhouse, served, status, text, words):
    engine = open_source(f"clickhouse://{clickhouse[0]}/shop?table=log")
    served.faults.append((status, text))
    with pytest.raises(InputError, match=words):
        draw(engine, Wishes(1.0), window=WINDOW, week=WEEK)
    engine.close()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_day_begins_in_the_zone_of_the_project(clickhouse, zone):
    host, _, session = clickhouse
    session.query(
        "CREATE OR REPLACE TABLE shop.days ENGINE = MergeTree ORDER BY created_at AS SELECT toString(day) AS id, "
        "arrayJoin([toDate('2026-11-15'), '2026-11-16', '2026-11-22', '2026-11-23']::Array(Date)) AS day, "
        "day AS created_at"
    )
    engine = open_source(f"clickhouse://{host}/shop?table=days")
    found = draw(engine, Wishes(1.0), window=week_window(WEEK, zone), week=WEEK)
    assert sorted(all_of(found.ids)) == ["2026-11-16", "2026-11-22"]


def test_a_table_whose_rows_are_read_from_another_server_draws_the_same(clickhouse):
    host, _, session = clickhouse
    # What remote() makes is read as a Distributed table is: by its shards, here this server.
    session.query("CREATE TABLE shop.shards AS remote('127.0.0.1', 'shop', 'log')")
    drawn = []
    for table in ("log", "shards"):
        engine = open_source(f"clickhouse://{host}/shop?table={table}")
        result = draw(engine, Wishes(0.1, {"failing": 30}), window=WINDOW, week=WEEK)
        drawn.append((sorted(all_of(result.ids)), result.frame.populations, result.frame.verdicts))
        engine.close()
    assert drawn[0] == drawn[1] and len(drawn[0][0]) > 50
