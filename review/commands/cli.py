"""The command line: a dict of commands, each imported when it is called.

Exit codes: 0 done; 1 refused, gate failed or nothing could be done; 2 wrong usage or bad input; 3 not enough evidence.
"""

from __future__ import annotations

import io
import os
import sys

import click

from review.basics import request_id
from review.basics.errors import NoSpace, ReviewError
from review.basics.lazy_commands import LazyGroup
from review.serving.interpreter import collect_seldom

COMMANDS: dict[str, str] = {
    "ab": "review.commands.ab:ab",
    "agreement": "review.commands.agreement:agreement",
    "alerts": "review.commands.alerts:alerts_group",
    "alt-test": "review.commands.calibrate_alt_test:alt_test",
    "audit": "review.commands.audit:audit_group",
    "calibrate": "review.commands.calibrate:calibrate",
    "check": "review.commands.check:check",
    "collect": "review.commands.collect:collect",
    "compliance": "review.commands.compliance:compliance_group",
    "compare-judges": "review.commands.calibrate_compare:compare_judges",
    "consensus": "review.commands.consensus:consensus",
    "demo": "review.commands.setup:demo",
    "erase": "review.commands.erase:erase_group",
    "failures": "review.commands.failures:failures_group",
    "gate": "review.commands.gate:gate",
    "golden": "review.commands.golden:golden",
    "health": "review.commands.health:health_command",
    "hold": "review.commands.hold:hold_group",
    "import": "review.commands.import_:import_",
    "init": "review.commands.setup:init",
    "judge": "review.commands.judge:judge_group",
    "labels": "review.commands.labels:labels",
    "nightly": "review.commands.nightly:nightly",
    "notify": "review.commands.notify:notify",
    "pack": "review.commands.pack:pack_group",
    "pairs": "review.commands.pairs:pairs_group",
    "people": "review.commands.people:people_group",
    "plan": "review.commands.plan:plan_group",
    "prompt": "review.commands.prompt:prompt_group",
    "publish": "review.commands.publish:publish_",
    "pull": "review.commands.pull:pull_",
    "push": "review.commands.push:push_",
    "quality": "review.commands.quality:quality",
    "report": "review.commands.report:report",
    "retention": "review.commands.retention:retention",
    "rubric": "review.commands.rubric:rubric_group",
    "run": "review.commands.run:run",
    "runs": "review.commands.runs:runs_group",
    "sample": "review.commands.sample:sample",
    "serve": "review.commands.setup:serve",
    "sql": "review.commands.sql:sql_group",
    "store": "review.commands.store:store_group",
    "verdicts": "review.commands.verdicts:verdicts",
    "week": "review.commands.week:week_group",
}
"""Every command by name. A new one is a file with a click command and a line here."""


@click.group(cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spotcheck", prog_name="spotcheck")
def spotcheck() -> None:
    """The weekly human review of products built on language models."""


def _write_any_text() -> None:
    """Let a terminal or file with an old encoding get an escape, valid in JSON too, for a character that it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line. Print every refusal as one sentence and exit with its code."""
    # Processes that this one starts go on under its number.
    os.environ[request_id.VARIABLE] = request_id.begin_process()
    _write_any_text()
    collect_seldom()
    try:
        code = spotcheck.main(standalone_mode=False)
        # Outside standalone mode click returns the code of ctx.exit() instead of raising it.
        if isinstance(code, int) and code:
            sys.exit(code)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.Abort:
        click.echo("stopped", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except _refusals() as error:
        click.echo(f"error: {error.with_hint if isinstance(error, ReviewError) else error}", err=True)
        sys.exit(getattr(error, "exit_code", 1))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        full = NoSpace.from_error(error, error.filename or "writing")
        click.echo(f"error: {full or f'{error.filename}: {error.strerror or error}'}", err=True)
        sys.exit(1)


def _refusals() -> tuple[type[Exception], ...]:
    """Return the errors that explain themselves. The store takes half a second to import, so only a failure does."""
    from storage.connection import StorageError

    return ReviewError, StorageError


if __name__ == "__main__":
    main()
