"""The command line: a dict of commands, each loaded when it is called.

Exit codes: 0 done, 1 refused, gate failed or nothing could be done, 2 wrong usage or bad input, 3 not enough evidence.
"""

from __future__ import annotations

import importlib
import sys

import click

from review.errors import NoSpace, ReviewError
from storage.store import StorageError

COMMANDS = {
    "agreement": "review.commands.agreement:agreement",
    "alt-test": "review.commands.calibrate_alt_test:alt_test",
    "audit": "review.commands.audit:audit_group",
    "calibrate": "review.commands.calibrate:calibrate",
    "check": "review.commands.check:check",
    "compare-judges": "review.commands.calibrate_compare:compare_judges",
    "consensus": "review.commands.consensus:consensus",
    "demo": "review.commands.setup:demo",
    "gate": "review.commands.gate:gate",
    "golden": "review.commands.golden:golden",
    "import": "review.commands.import_:import_",
    "init": "review.commands.setup:init",
    "judge": "review.commands.judge:judge_group",
    "labels": "review.commands.exchange:labels",
    "people": "review.commands.setup:people_group",
    "plan": "review.commands.plan:plan_group",
    "quality": "review.commands.quality:quality",
    "report": "review.commands.report:report",
    "rubric": "review.commands.rubric:rubric_group",
    "sample": "review.commands.sample:sample",
    "serve": "review.commands.setup:serve",
    "week": "review.commands.week:week_group",
    "verdicts": "review.commands.exchange:verdicts",
}


class LazyGroup(click.Group):
    """A click group whose commands stand in ``COMMANDS`` and are imported on use, so that start-up stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="spotcheck", prog_name="spotcheck")
def spotcheck() -> None:
    """The weekly human review of products built on language models."""


def main() -> None:
    """Run the command line and turn every refusal into one sentence and its exit code."""
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
    except (ReviewError, StorageError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        said = NoSpace.from_error(error, error.filename or "writing") or f"{error.filename}: {error.strerror or error}"
        click.echo(f"error: {said}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
