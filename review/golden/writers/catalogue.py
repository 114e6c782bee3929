"""All export formats in one dict, and exporting a release: completely or not at all, with an entry in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from review.audit import chain
from review.basics import setting
from review.basics.errors import Refused
from review.basics.plug_ins import loaded
from review.basics.whole_files import check_target, replacing
from review.basics.words import counted
from review.current.assignments import items_to_review, owed_items
from review.golden.rows import Exported, exported
from review.golden.writers.cards import write_cards
from review.golden.writers.writer import Writer
from review.people.people import person, require
from storage.store import Store

WRITERS = loaded(
    Writer,
    {
        "jsonl": "review.golden.writers.jsonl:WRITER",
        "csv": "review.golden.writers.csv:WRITER",
        "parquet": "review.golden.writers.parquet:WRITER",
        "hf": "review.golden.writers.hf:WRITER",
        "promptfoo": "review.golden.writers.promptfoo:WRITER",
        "deepeval": "review.golden.writers.deepeval:WRITER",
        "deepeval_json": "review.golden.writers.deepeval_json:WRITER",
        "langsmith": "review.golden.writers.langsmith:WRITER",
        "langfuse": "review.golden.writers.langfuse:WRITER",
        "phoenix": "review.golden.writers.phoenix:WRITER",
        "braintrust": "review.golden.writers.braintrust:WRITER",
        "openai_sft": "review.golden.writers.openai_sft:WRITER",
        "openai_dpo": "review.golden.writers.openai_dpo:WRITER",
        "evidently": "review.golden.writers.evidently:WRITER",
    },
)
"""Every format by its name in ``--to``. A new one is a file with a ``Writer`` and a line here."""


def export(
    store: Store,
    release: str,
    *,
    to: str,
    target: Path | None = None,
    by: str,
    force: bool = False,
    card: bool = False,
) -> list[Path]:
    """Write a release in the format ``to``, one of ``WRITERS``, and return the files.

    ``target`` is the file (for ``hf`` the folder) to write. An existing folder gets a file named after the release, and
    a name without an ending gets the format's ending. None means the current folder. Files are written under a
    temporary name and renamed, so a full disk leaves nothing half-written. Spans hidden after the release are left out.
    A folder holds the judge card of the release. With ``card`` it stands beside a file as ``NAME.judges.json``, unless
    no judge was compared with its labels.

    Raises Refused without the role adjudicator, when the target exists and ``force`` is not given, when the release
    does not match its hash, or while ``by`` still owes an item of it; UnknownError for an unknown release; InputError
    for an unknown format or folder.
    """
    require(store, by, "adjudicator")
    form = WRITERS[setting.one_of("to", to, tuple(WRITERS))]
    examples, info = exported(store, release)
    _refuse_owed(store, release, examples, by)
    path = _path(target, release, form)
    check_target(path, force=force)
    beside = None if form.marker or not (card and info.judges) else path.with_name(f"{path.stem}.judges.json")
    if beside is not None:
        check_target(beside, force=force)
    # If the files cannot be moved to their place, the audit entry is taken back too.
    with store.transaction(), replacing(path, marker=form.marker) as temporary, _card(beside) as written:
        if form.marker:
            temporary.mkdir()
        made = form.write(examples, info, temporary)
        if form.marker and info.judges:
            made.append(write_cards(info, temporary / "judges.json"))
        files = [path / f.relative_to(temporary) for f in made]
        if beside is not None and written is not None:
            write_cards(info, written)
            files.append(beside)
        said = {"format": to, "target": path.name, "examples": len(examples), "hidden": info.hidden_since}
        chain.record(store, by, "export", release, **said, erased=list(info.erased))
    return files


def _card(beside: Path | None) -> AbstractContextManager[Path | None]:
    """Return where to write the judge card first, None where there is none beside the file."""
    return nullcontext() if beside is None else replacing(beside)


def _refuse_owed(store: Store, release: str, examples: Sequence[Exported], by: str) -> None:
    """Refuse an export to somebody who still has to judge one of its items: it shows labels, votes and verdicts."""
    items, name = {e.content["item_id"] for e in examples}, person(store, by).name
    owed = items_to_review(store, by) & items
    if owed:
        raise Refused(
            f"release '{release}' holds {counted(len(owed), 'item')} that {name} has not reviewed "
            "yet, and an export shows their labels. Review them first, or ask somebody without open items to export it."
        )
    if owed_items(store, by) & items:
        raise Refused(
            f"{name} cannot export release '{release}' with items to review. Review them first, or ask somebody "
            "without open items to export it."
        )


def _path(target: Path | None, release: str, form: Writer) -> Path:
    name = f"{release}{form.suffix}"
    if target is None:
        return Path.cwd() / name
    if form.marker:
        return target
    if target.is_dir():
        return target / name
    return target if target.suffix else target.with_name(target.name + form.suffix)
