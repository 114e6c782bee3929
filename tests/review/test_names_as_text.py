"""Names that come out of data are shown as they are in tables of the terminal, never read as markup of ours."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from review.basics.log_paths import log_of
from review.commands.cli import spotcheck
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from storage.opening import open_store

STRANGE = ("[/red]", "[bold]b")


def test_slices_of_health(tmp_path: Path) -> None:
    store = tmp_path / "spotcheck.db"
    open_store(store).close()
    rows = [
        {"question": "q", "answer": "a", "created_at": "2026-11-20T10:00:00Z", "model": STRANGE[n % 2], "id": f"c{n}"}
        for n in range(20)
    ]
    (tmp_path / "log.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    import_file(tmp_path / "log.jsonl", ImportOptions(), log=log_of(store), key=b"key", by="lea")
    done = CliRunner().invoke(spotcheck, ["health", "--slice", "model", "--store", str(store)])
    assert done.exception is None and all(name in done.output for name in STRANGE)


@pytest.mark.parametrize(
    ("command", "head"), [("calibrate", "item,truth,verdict"), ("compare-judges", "item,truth,verdict_[/j],verdict_k")]
)
def test_values_and_judges(command: str, head: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    more = ",{0}" if command == "compare-judges" else ""
    lines = [f"i{n},{STRANGE[n % 2]},{STRANGE[n % 3 % 2]}" + more.format(STRANGE[1]) for n in range(30)]
    file.write_text("\n".join([head, *lines]) + "\n")
    done = CliRunner().invoke(spotcheck, [command, "--file", str(file)])
    assert done.exception is None, done.exception
    assert ("[/j]" if more else STRANGE[0]) in done.output
