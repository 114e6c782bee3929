"""Tell the story of the agent in a store: its golden release, four versions that are run and gated, one that fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from review.basics.tables import Row, Table
from review.demo.agent.plan import AgentVersion, agent_versions
from review.demo.agent.product import RECORDING, ROUNDS
from review.demo.agent.questions import DAYS, ShopCase, shop_cases
from review.demo.agent.recording import recorded_replies
from review.demo.shop import FILE as SHOP
from review.demo.shop import open_shop
from review.demo.team import CURATOR, VISITOR
from review.experiments.gating.keeping import keep
from review.experiments.gating.versions_gate import gate_versions
from review.experiments.runs.running import RunOptions, RunRequest, start_run
from review.experiments.runs.working import work
from review.experiments.versions.registry import Wanted, approve, register
from review.golden.releases import release
from review.golden.written import import_examples
from review.settings.project import project_of
from storage.store import Store

RELEASE, TARGET = "shop-200", "shop-agent"
MODEL = "recording"
AT_ONCE = 1
"""Each more is a process that has to start, and the recording answers in milliseconds."""
ENTRY = "shop_agent"
PRODUCT = f'''"""The agent that answers questions about the shop.

Its model is the recording {RECORDING}: change a statement there, run the version afresh, and its figures change.
Set SHOP_AGENT_URL, SHOP_AGENT_MODEL and SHOP_AGENT_KEY to ask an OpenAI-compatible endpoint instead of the recording.
"""

from pathlib import Path

from review.demo.agent.product import product

answer = product(Path(__file__).parent)
'''


def begin(store: Store, today: date) -> None:
    """Write the agent and its recording beside the store, make its release, and run all versions but the last."""
    prepare(store, shop_cases(today))
    for version in agent_versions()[:-1]:
        ship(store, version)


def prepare(store: Store, cases: Sequence[ShopCase], versions: Sequence[AgentVersion] = ()) -> None:
    """Write the agent beside the store and the shop, and make a release of the cases."""
    write_agent(store.path.parent, cases, versions)
    import_examples(store, _table(cases), by=CURATOR)
    made_up = sum(case.constructed for case in cases)
    notes = f"{len(cases)} questions about the shop: {len(cases) - made_up} from production, {made_up} made up."
    release(store, RELEASE, by=CURATOR, notes=notes)


def end(store: Store, today: date) -> None:
    """Register, run and gate the last version, which may not ship."""
    ship(store, agent_versions()[-1])


def write_agent(folder: Path, cases: Sequence[ShopCase], versions: Sequence[AgentVersion] = ()) -> None:
    """Write the recording and the module of the agent into a folder that holds the shop; name it in spotcheck.toml."""
    with open_shop(folder / SHOP) as shop:
        replies = recorded_replies(cases, shop, versions=versions)
    (folder / RECORDING).write_bytes(orjson.dumps(replies, option=orjson.OPT_INDENT_2))
    (folder / f"{ENTRY}.py").write_text(PRODUCT, encoding="utf-8")
    settings = project_of(folder / "spotcheck.db").path
    with settings.open("a", encoding="utf-8") as file:
        file.write(_settings(folder))


def _settings(folder: Path) -> str:
    place = orjson.dumps(str(folder.resolve())).decode()
    return f"""
[scores]                 # the statement of the agent alone decides whether a case is right
semantic = []

[targets.{TARGET}]     # the product under test: shop_agent.py in this folder
kind = "python"
function = "{ENTRY}:answer"
folder = {place}
"""


def _table(cases: Sequence[ShopCase]) -> Table:
    rows = [_row(case) for case in cases]
    found = tuple(Row(RELEASE, number, cells) for number, cells in enumerate(rows, start=1))
    return Table(file=RELEASE, columns=tuple(rows[0]), rows=found)


def _row(case: ShopCase) -> dict[str, Any]:
    return {
        "id": case.id,
        "question": case.question,
        "reference_sql": case.reference,
        "scenario": case.scenario,
        "tags": [case.query.difficulty, *([DAYS] if case.days else [])],
        "kind": "edge" if case.constructed else "normal",
        "source": "synthetic" if case.constructed else "historical",
        "split": "test",
        "as_of": f"{case.period.today}",
    }


def ship(store: Store, version: AgentVersion) -> bool:
    """Register a version, run it, gate it against its parent, and approve it if it may ship; return whether it may."""
    wanted = Wanted(
        id=version.id,
        parent=version.parent or None,
        description=version.description,
        prompt=version.whole_prompt,
        model=MODEL,
        parameters={ROUNDS: version.rounds},
    )
    register(store, wanted, by=CURATOR)
    run_version(store, version.id)
    if not version.parent:
        approve(store, version.id, by=VISITOR, reason="The first version; there is nothing to compare it with.")
        return True
    outcome = gate_versions(store, baseline=version.parent, candidate=version.id, release=RELEASE)
    may_ship = keep(store, outcome, by=CURATOR).may_ship
    if may_ship:
        approve(store, version.id, by=VISITOR)
    return may_ship


def run_version(store: Store, version: str, *, fresh: bool = False) -> str:
    """Run a version over the release in this process and return the id of the run."""
    project = project_of(store.path)
    target = project.targets[TARGET]
    asked = RunRequest(
        version=version,
        release=RELEASE,
        kind=target.kind,
        target=target.options,
        options=RunOptions(concurrency=AT_ONCE, fresh=fresh),
    )
    run = start_run(store, asked, by=CURATOR, project=project)
    work(store, run.id, project=project, environment={})
    return run.id
