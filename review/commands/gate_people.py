"""What people do about a decision of the gate: ``spotcheck gate waive | ask | settle | list | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from review.commands.common import (
    acting_person,
    as_option,
    emit,
    json_option,
    note,
    opened,
    split_values,
    store_option,
)
from review.commands.common import out as screen
from review.commands.gate_exit import apart_from_decisions
from review.commands.gate_render import show_decisions, show_standing
from review.experiments.decisions import Standing, decision_named, standing
from review.experiments.gating.asking import ask_people, asking, settle
from review.experiments.gating.keeping import waive
from review.experiments.gating.versions_gate import runs_of
from review.experiments.gating.workflows import WORKFLOWS
from review.settings.project import project_of
from storage.records_gate import GateDecision
from storage.store import Store


def _json(found: Standing) -> dict[str, Any]:
    d = found.decision
    return {
        **d.report,
        "at": d.at,
        "by": d.by,
        "open": list(found.open),
        "may_ship": found.may_ship,
        "waivers": [
            {"slice": w.slice, "reason": w.reason, "by": w.by, "at": w.at, "identity": w.identity}
            for w in found.waivers
        ],
    }


@click.command("waive")
@click.argument("decision")
@click.option("--slice", "slice_", metavar="S", default="", help="Waive this suspect slice, by name.")
@click.option("--reason", required=True, metavar="T", help="Why; it stays with the decision.")
@as_option
@store_option
@json_option
@apart_from_decisions
def waive_(decision: str, slice_: str, reason: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Let a candidate pass in spite of DECISION. It takes a second person; without --slice, suspect slices stay."""
    store = opened(store_path)
    found = waive(store, decision, by=acting_person(store, acting).id, reason=reason, slice=slice_)
    emit(_json(found), as_json, lambda: show_standing(found))


@click.command("ask")
@click.argument("decision")
@click.option("--week", metavar="W", help="The week that gets the pairs; default: the latest open one.")
@click.option("--raters", metavar="A,B", help="Who compares them, if not the reviewers of the week.")
@as_option
@store_option
@json_option
@apart_from_decisions
def ask(
    decision: str, week: str | None, raters: str | None, acting: str | None, store_path: str, as_json: bool
) -> None:
    """Deal the deciding cases of an undecided DECISION to people, in pairs and blind."""
    store = opened(store_path)
    told, added = ask_people(
        store,
        project_of(store.path),
        decision,
        runs_of(store, decision_named(store, decision)),
        by=acting_person(store, acting).id,
        week=week,
        raters=split_values(raters),
    )
    counts = {"changed": len(told.changed), "sampled": len(told.sampled), "unchanged": told.unchanged}
    result = {"decision_id": decision, "week": added.week, "pairs": added.pairs, **counts}
    text = (
        f"{added.sentence}. {len(told.changed)} of them changed, {len(told.sampled)} are a sample of the "
        f"{told.unchanged} others whose answers differ. Settle the gate once they are answered."
    )
    emit(result, as_json, lambda: screen.print(text, markup=False, highlight=False))


@click.command("settle")
@click.argument("decision")
@as_option
@store_option
@json_option
@apart_from_decisions
def settle_(decision: str, acting: str | None, store_path: str, as_json: bool) -> None:
    """Settle an undecided DECISION by what people preferred, once its pairs are answered."""
    store = opened(store_path)
    held = decision_named(store, decision)
    told, _ = asking(held, *runs_of(store, held))
    found = settle(store, decision, told, by=acting_person(store, acting).id)
    emit(_json(found), as_json, lambda: show_standing(found))


@click.command("list")
@click.option("--candidate", metavar="V", help="Only decisions about this version.")
@store_option
@json_option
@apart_from_decisions
def list_(candidate: str | None, store_path: str, as_json: bool) -> None:
    """List the decisions of the gate, newest first."""
    found = _decisions(opened(store_path), candidate)
    emit({"decisions": [_json(one) for one in found]}, as_json, lambda: show_decisions(found))


def _decisions(store: Store, candidate: str | None) -> list[Standing]:
    where = {} if candidate is None else {"candidate": candidate}
    return [standing(store, d) for d in store.find(GateDecision, order_by="rowid desc", **where)]


@click.command("show")
@click.argument("decision")
@store_option
@json_option
@apart_from_decisions
def show_(decision: str, store_path: str, as_json: bool) -> None:
    """Show one DECISION with its reasons and waivers."""
    store = opened(store_path)
    found = standing(store, decision_named(store, decision))

    def render() -> None:
        for reason in found.decision.report["reasons"]:
            screen.print(f"{reason[0].upper()}{reason[1:]}.", markup=False, highlight=False)
        show_standing(found)

    emit(_json(found), as_json, render)


@click.command("workflow")
@click.argument("service", type=click.Choice(list(WORKFLOWS)))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file, not to the screen."
)
@json_option
@apart_from_decisions
def workflow(service: str, out: Path | None, as_json: bool) -> None:
    """Print a workflow file that gates each pull request on GitHub or merge request on GitLab, without a store."""
    place, text = WORKFLOWS[service]
    if out is not None:
        out.write_text(text, encoding="utf-8")
    emit({"service": service, "path": str(out or place), "text": text}, as_json, lambda: _printed(text, out, place))


def _printed(text: str, out: Path | None, place: str) -> None:
    note(f"{out} is written." if out else f"Save this as {place}.")
    if out is None:
        click.echo(text, nl=False)
