"""The evidence pack: made from a drawn week, verified without any secret, and every change of a row is named."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from compliance_log import imported
from golden_store import new_store
from quick_stores import copy_folder, damage

from review.basics.errors import InputError, Refused
from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.compliance.pack.file import MANIFEST, SIGNATURE, digests_of, with_line_digests
from review.compliance.pack.making import ROWS, Made, make_pack
from review.compliance.pack.signing import sign
from review.compliance.pack.verifying import Verified, verify_pack
from review.compliance.running import run_checks
from review.erasure.requests import confirm, request_erasure
from review.erasure.running import run as erase
from review.log.digests import SIGNED, row_digests
from review.log.log import log_files
from review.people.people import add_person
from review.sampling.key import KEY_RULE
from review.settings.project import project_of
from review.week.drawing import Request
from review.week.opening import open_week
from storage.opening import open_store
from storage.proof_key import VARIABLE
from storage.records_weeks import Item
from storage.store import Store

WEEK, FRAME = "2026-W47", "frames/2026-W47.jsonl"
PERIOD = {"first": "2026-11-16", "last": f"{date.today() + timedelta(days=1):%Y-%m-%d}"}
"""The draw of the week is as old as its week; who has which role is as new as this run."""


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A store with a drawn week, an auditor and findings, and its pack beside it."""
    store = new_store(tmp_path_factory.mktemp("packed"))
    add_person(store, "aud", role="auditor", by="lea")
    imported(store, [
        {"id": f"c{k}", "created_at": "2026-11-18T10:00:00Z", "status": "error" if k % 5 == 0 else "ok",
         "answer": f"Parcel {k} for jo@example.org."} for k in range(60)
    ])  # fmt: skip
    project = project_of(store.path)
    open_week(store, project, Request(week=WEEK, rate=0.3, raters=("ana", "ben")), by="lea")
    run_checks(store, project, by="lea")
    made = make_pack(store, project, store.path.parent / "p.pack", by="aud", **PERIOD)
    store.close()
    return store.path, made


@pytest.fixture
def house(packed: tuple[Path, Made], tmp_path: Path) -> Store:
    """A copy of the store, the log and the pack."""
    copy_folder(packed[0].parent, tmp_path / "house")
    return open_store(tmp_path / "house" / packed[0].name)


def pack_of(store: Store) -> Path:
    return store.path.parent / "p.pack"


def changed(
    store: Store,
    part: str,
    change: Callable[[bytes], bytes | None],
    *,
    resign: bool = False,
    manifest: dict[str, object] | None = None,
) -> Path:
    """A pack in which one part was changed, or removed; ``resign`` makes everything else fit, as a lead could.

    ``manifest`` takes the place of the one that is there, and is signed.
    """
    with zipfile.ZipFile(pack_of(store)) as pack:
        parts = {name: pack.read(name) for name in pack.namelist()}
    new = change(parts.get(part, b""))
    parts = {name: data for name, data in parts.items() if name != part} | ({} if new is None else {part: new})
    if resign or manifest is not None:
        told, _ = orjson.loads(parts.pop(MANIFEST)) if manifest is None else manifest, parts.pop(SIGNATURE)
        parts.pop(MANIFEST, None)
        parts = with_line_digests({name: data for name, data in parts.items() if not name.endswith(".lines")})
        text = orjson.dumps({**told, "parts": digests_of(parts)})
        key, signature = sign(store, text)
        parts |= {MANIFEST: text, SIGNATURE: orjson.dumps({"key": key, "signature": signature})}
    target = store.path.parent / "changed.pack"
    with zipfile.ZipFile(target, "w") as pack:
        for name, data in parts.items():
            pack.writestr(name, data)
    return target


def named(found: Verified) -> list[tuple[str, str]]:
    return [(one.where, one.name) for one in found.differences]


def test_a_pack_holds_for_somebody_without_any_secret(
    house: Store, packed: tuple[Path, Made], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv(VARIABLE, raising=False)  # where the store is a database, its key is there
    found = verify_pack(pack_of(house), key=packed[1].key)
    assert found.holds and found.key_known and [(d.group, d.same) for d in found.draws] == [
        ("failing", True), ("low_confidence", True), ("rest", True),
    ]  # fmt: skip
    assert sum(d.listed for d in found.draws) == packed[1].listed == 60
    whole = verify_pack(pack_of(house), store=house)
    assert whole.holds and whole.key_known is None and whole.compared == {
        "rows": packed[1].rows, "conversations": 60, "expired": 0,
    }  # fmt: skip
    with pytest.raises(Refused, match="audit key"):
        make_pack(house, project_of(house.path), tmp_path / "q.pack", by="lea", **PERIOD)


def test_it_says_what_an_auditor_asks_and_no_word_of_a_conversation(house: Store) -> None:
    with zipfile.ZipFile(pack_of(house)) as pack:
        texts = {name: pack.read(name).decode(errors="ignore") for name in pack.namelist()}
    told = json.loads(texts[MANIFEST])
    (week,) = told["weeks"]
    assert (week["week"], week["draws"][0]["seed"], week["frame"]["listed"]) == (WEEK, WEEK, 60)
    assert [s["name"] for s in week["draws"][0]["strata"]] == ["failing", "low_confidence", "rest"]
    assert set(week["figures"]) >= {"agreement", "judges", "quality", "response_rate"}
    assert {"gates", "waivers", "overdue", "checks", "chain"} <= set(told) and told["checks"][0]["found"] > 0
    tables = {json.loads(line)["table"] for line in texts[ROWS].splitlines()}
    assert {"weeks", "draws", "strata", "items", "rubric_versions", "compliance_findings", "roles"} <= tables
    assert not any("Parcel" in text or "EMAIL_1" in text or "hmac_key" in text for text in texts.values())


def test_the_one_row_that_was_altered_in_the_pack_is_named(house: Store) -> None:
    item = house.find(Item)[3]
    row = next(r for r in _lines(house, ROWS) if f'"key":"{item.id}"'.encode() in r and b'"table":"items"' in r)
    file = changed(house, ROWS, lambda data: data.replace(row, row.replace(b'"purposive":false', b'"purposive":true')))
    assert named(verify_pack(file)) == [(ROWS, f"items {item.id}")]
    file = changed(house, FRAME, lambda data: data.replace(b'"group":"rest","id":"c7"', b'"group":"rest","id":"c77"'))
    assert ("frames/2026-W47.jsonl", "conversation c77") in named(verify_pack(file))


def test_a_damaged_pack_is_refused_and_never_a_crash(house: Store) -> None:
    file, data = house.path.parent / "damaged.pack", pack_of(house).read_bytes()
    (first,) = [one for one in zipfile.ZipFile(pack_of(house)).infolist() if one.filename == ROWS]
    directory = data.index(b"PK\x01\x02")
    # The packed bytes of a part, and in its entry of the directory the flags and the method.
    places = [*range(first.header_offset + 60, first.header_offset + 400, 7), directory + 8, directory + 10]
    for place in places:
        file.write_bytes(data[:place] + bytes([data[place] ^ 0x1D]) + data[place + 1 :])
        with pytest.raises(InputError, match="no evidence pack, or it is damaged"):
            verify_pack(file)


@pytest.mark.parametrize("change", [
    {"parts": None}, {"parts": {ROWS: 5}}, {"weeks": None}, {"weeks": [1]}, {"weeks": [{}]}, {"weeks": 5},
    {"weeks": [{"week": WEEK, "sample": {}, "draws": [{"seed": 1, "key_rule": "", "strata": []}]}]},
    {"weeks": [{"week": [], "sample": {}, "draws": []}]},
])  # fmt: skip
def test_a_manifest_of_another_form_is_refused(house: Store, change: dict[str, object]) -> None:
    file = changed(house, MANIFEST, lambda data: orjson.dumps({**orjson.loads(data), **change}))
    with pytest.raises(InputError, match="no evidence pack, or it is damaged"):
        verify_pack(file)


@pytest.mark.parametrize("line", [b"{}\n", b"5\n", b'{"id":5}\n', b'{"table":"items"}\n', b"[1]\n"])
def test_a_line_of_another_form_is_named(house: Store, line: bytes) -> None:
    for part in (ROWS, FRAME):
        found = verify_pack(changed(house, part, lambda data: data + line), store=house)
        assert not found.holds and {where for where, _ in named(found)} == {part}


def _lines(store: Store, part: str) -> list[bytes]:
    with zipfile.ZipFile(pack_of(store)) as pack:
        return pack.read(part).splitlines(keepends=True)


def test_rows_and_parts_that_go_or_come_are_noticed(house: Store) -> None:
    rows = _lines(house, ROWS)
    fourth = json.loads(rows[3])
    again = f"{fourth['table']} {fourth['key']}"
    cases = {
        "removed": (ROWS, lambda data: b"".join([*rows[:4], *rows[5:]]), (ROWS, "line 5")),
        "added": (ROWS, lambda data: data + b'{"table":"items","key":"new"}\n', (ROWS, "items new")),
        "twice": (ROWS, lambda data: b"".join([*rows[:4], rows[3], *rows[5:]]), (ROWS, again)),
        "once more": (ROWS, lambda data: data + rows[3], (ROWS, again)),
        "another order": (ROWS, lambda data: b"".join([rows[1], rows[0], *rows[2:]]), (ROWS, ROWS)),
        "no line": (ROWS, lambda data: data + b"{", (ROWS, ROWS)),
        "broken": (ROWS, lambda data: data + b"{\n", (ROWS, f"line {len(rows) + 1}")),
        "no part": (FRAME, lambda data: None, (FRAME, FRAME)),
        "new part": ("more.jsonl", lambda data: b"{}\n", ("more.jsonl", "more.jsonl")),
        "digests": (f"{ROWS}.lines", lambda data: data[8:], (f"{ROWS}.lines", f"{ROWS}.lines")),
        "page": ("control_report.html", lambda data: data + b" ", ("control_report.html", "control_report.html")),
    }
    for name, (part, change, expected) in cases.items():
        found = verify_pack(changed(house, part, change))
        assert expected in named(found) and not found.holds and found.signature_holds, name


def test_a_changed_manifest_breaks_the_signature_and_another_key_is_another_signer(
    house: Store, packed: tuple[Path, Made]
) -> None:
    file = changed(house, MANIFEST, lambda data: data.replace(b'"made_by":"aud"', b'"made_by":"lea"'))
    assert not verify_pack(file).signature_holds and not verify_pack(file).holds
    file = changed(house, SIGNATURE, lambda data: data.replace(packed[1].key.encode(), b"00" * 32))
    assert not verify_pack(file).holds
    assert verify_pack(pack_of(house), key="11" * 32).key_known is False
    assert not verify_pack(pack_of(house), key="11" * 32).holds


def test_a_sample_that_somebody_exchanged_is_found_by_drawing_again(house: Store) -> None:
    drawn = {i.conversation_id for i in house.find(Item) if i.stratum == "rest"}
    rest = {json.loads(line)["id"] for line in _lines(house, FRAME) if b'"rest"' in line}
    out_, in_ = min(drawn), min(rest - drawn)

    def exchange(data: bytes) -> bytes:
        manifest = orjson.loads(data)
        sample = manifest["weeks"][0]["sample"]
        sample["rest"] = [in_ if i == out_ else i for i in sample["rest"]]
        return orjson.dumps(manifest)

    found = verify_pack(changed(house, MANIFEST, exchange, resign=True))
    assert found.signature_holds and not found.differences and not found.holds
    (wrong,) = [d for d in found.draws if not d.same]
    assert (wrong.group, wrong.missing, wrong.extra) == ("rest", [out_], [in_])


def test_the_one_row_that_was_altered_in_the_store_is_named(house: Store) -> None:
    item, gone = house.find(Item)[0], house.find(Item)[1]
    damage(house, f"UPDATE items SET reason = 'liked it' WHERE id = '{item.id}'")
    damage(house, f"DELETE FROM items WHERE id = '{gone.id}'")
    found = verify_pack(pack_of(house), store=house)
    assert set(named(found)) == {("store", f"items {item.id}"), ("store", f"items {gone.id}")} and not found.holds


def test_the_one_conversation_that_was_altered_in_the_log_is_named(house: Store) -> None:
    (file,) = log_files(log_of(house.path))
    table = pq.read_table(file)
    cells = table.column("content").to_pylist()
    cells[9] = cells[9].replace("Parcel", "Packet")
    altered = table.column("id")[9].as_py()
    pq.write_table(table.set_column(table.column_names.index("content"), "content", pa.array(cells)), file)
    found = verify_pack(pack_of(house), log=log_of(house.path).logs)
    assert named(found) == [("log", f"conversation {altered}")]


def test_conversations_that_nobody_let_expire_are_missed(house: Store) -> None:
    (file,) = log_files(log_of(house.path))
    table = pq.read_table(file)
    pq.write_table(table.slice(2), file)
    found = verify_pack(pack_of(house), store=house)
    gone = table.column("id").to_pylist()[:2]
    assert named(found) == [("log", f"conversation {one}") for one in sorted(gone)] and found.compared["expired"] == 0
    without = verify_pack(pack_of(house), log=log_of(house.path).logs)
    assert [one.what for one in without.differences] == [
        "2 conversations are gone, and retention removed 0 of this week"
    ]


@pytest.mark.parametrize("column", SIGNED)
def test_a_cell_of_the_log_that_was_altered_is_named_in_every_signed_column(house: Store, column: str) -> None:
    (file,) = log_files(log_of(house.path))
    table = pq.read_table(file)
    kind, cells, id_ = table.schema.field(column).type, table[column].to_pylist(), table["id"][7].as_py()
    cells[7] = f"{cells[7]}x" if pa.types.is_string(kind) else 0 if cells[7] else 1
    if column == "id":
        id_ = cells[7]
    changed_ = table.set_column(table.column_names.index(column), column, pa.array(cells).cast(kind))
    pq.write_table(changed_, file)
    found = verify_pack(pack_of(house), log=log_of(house.path).logs)
    gone = ("log", WEEK)  # the row of its old id is missed
    assert named(found) == [("log", f"conversation {id_}") if column != "id" else gone], column
    assert found.compared["conversations"] == (59 if column == "id" else 60)


def test_a_pack_that_names_no_columns_holds_as_before_and_one_with_unknown_ones_is_refused(house: Store) -> None:
    signed = dict(row_digests(log_of(house.path), WEEK, None))
    pack = zipfile.ZipFile(pack_of(house))
    rows = [orjson.loads(line) for line in pack.read(FRAME).splitlines()]
    assert all(row["digest"] != signed[row["id"]] for row in rows), "they are of more columns now"
    frame = b"".join(
        orjson.dumps({**row, "digest": signed[row["id"]]}, option=orjson.OPT_SORT_KEYS) + b"\n" for row in rows
    )

    def with_columns(named: object) -> Path:
        told = orjson.loads(pack.read(MANIFEST))
        told.pop("log_columns")
        told |= {} if named is None else {"log_columns": named}
        return changed(house, FRAME, lambda _: frame, manifest=told)

    old = verify_pack(with_columns(None), log=log_of(house.path).logs)
    assert not [one for one in old.differences if one.where == "log"] and old.compared["conversations"] == 60
    for named_ in (["id", "no_such"], "id"):
        with pytest.raises(InputError, match="log_columns of the pack"):
            verify_pack(with_columns(named_), log=log_of(house.path).logs)


def test_what_was_erased_since_is_counted_and_no_alteration(house: Store) -> None:
    asked = request_erasure(house, "conversation", "c3", by="lea")
    confirm(house, asked.request.id, by="lea", reason="nobody else is here")
    erase(house, asked.request.id, by="lea")
    found = verify_pack(pack_of(house), store=house)
    assert found.holds, found.differences
    assert found.compared["emptied"] + found.compared["expired"] > 0


@pytest.mark.parametrize("kind", ["missing", "empty", "text", "cut", "zip", "folder"])
def test_a_file_that_is_no_pack_is_refused(house: Store, tmp_path: Path, kind: str) -> None:
    file = tmp_path / kind
    if kind == "cut":
        file.write_bytes(pack_of(house).read_bytes()[:-200])
    elif kind == "zip":
        with zipfile.ZipFile(file, "w") as other:
            other.writestr(MANIFEST, "[]")
    elif kind == "folder":
        file.mkdir()
    elif kind != "missing":
        file.write_bytes(b"" if kind == "empty" else b"hello")
    with pytest.raises(InputError, match=r"no evidence pack|no such file"):
        verify_pack(file)


def test_who_may_make_one_and_for_which_period(house: Store, tmp_path: Path) -> None:
    project = project_of(house.path)
    for by in ("ana", "eva", "nobody"):
        with pytest.raises(Refused, match="needs the role auditor"):
            make_pack(house, project, tmp_path / "p", by=by, **PERIOD)
    for first, last in (("2026-11-30", "2026-11-16"), ("x", "2026-11-16"), ("2020-01-01", "2020-01-31")):
        with pytest.raises(InputError):
            make_pack(house, project, tmp_path / "p", by="lea", first=first, last=last)
    assert not (tmp_path / "p").exists()


def test_the_command_makes_and_verifies(house: Store, packed: tuple[Path, Made], tmp_path: Path) -> None:
    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(spotcheck, ["pack", *words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    store, file = ("--store", str(house.path)), tmp_path / "again.pack"
    period = ("--from", PERIOD["first"], "--to", PERIOD["last"])
    assert call(*period, "-o", str(file), *store, "--as", "aud")[0] == 0
    assert call("key", *store, "--as", "aud")[1].strip() == packed[1].key
    code, said = call("verify", str(file), "--key", packed[1].key, *store)
    assert code == 0 and "the pack holds" in said and "the same sample" in said and "expected one" in said
    broken = changed(house, ROWS, lambda data: data.replace(b'"purposive":false', b'"purposive":true', 1))
    code, said = call("verify", str(broken))
    assert code == 1 and "rows.jsonl, items" in " ".join(said.split()) and "DOES NOT HOLD" in said
    assert call(*period, *store)[0] == 2


@pytest.mark.parametrize("sampled", [1, 1.5])
def test_counts_that_there_cannot_be_are_no_crash(house: Store, sampled: float) -> None:
    stratum = {"name": "nobody", "population": 0, "sampled": sampled, "probability": 0.5}
    week = {
        "week": WEEK,
        "sample": {"nobody": ["a"]},
        "draws": [{"seed": "s", "key_rule": KEY_RULE, "strata": [stratum]}],
    }
    file = changed(house, MANIFEST, lambda data: orjson.dumps({**orjson.loads(data), "weeks": [week]}))
    if sampled == 1:
        assert "in the ledger" in verify_pack(file).draws[0].trouble
    else:
        with pytest.raises(InputError, match="no evidence pack, or it is damaged"):
            verify_pack(file)
