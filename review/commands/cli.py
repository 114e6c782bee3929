"""The command line: a dict of commands, each loaded when it is called.

Exit codes: 0 done, 1 refused, gate failed or nothing could be done, 2 wrong usage or bad input, 3 not enough evidence.
"""

from __future__ import annotations

import importlib
import sys
from typing import NamedTuple

import click

from review.basics.errors import NoSpace, ReviewError
from storage.store import StorageError


class Lazy(NamedTuple):
    """Where a command is (``module:attribute``), and its line in the overview, which a test holds to its own help."""

    target: str
    line: str


COMMANDS: dict[str, Lazy] = {
    "agreement": Lazy(
        "review.commands.agreement:agreement",
        "Measure how far people agree: alpha, percent agreement, AC1 or AC2, kappas, with intervals.",
    ),
    "alt-test": Lazy(
        "review.commands.calibrate_alt_test:alt_test",
        "Test whether a judge can replace one of the people (alternative annotator test).",
    ),
    "audit": Lazy("review.commands.audit:audit_group", "Who did what: the chain of entries, and unmasked originals."),
    "calibrate": Lazy(
        "review.commands.calibrate:calibrate",
        "Compare a judge's verdicts with the labels that people settled, weighted by the sampling rates.",
    ),
    "check": Lazy(
        "review.commands.check:check",
        "Run the checks over the conversations of a file, or of the imported log, and say what each flags.",
    ),
    "compare-judges": Lazy(
        "review.commands.calibrate_compare:compare_judges",
        "Test which of several judges is right more often on the same items (McNemar; Holm over all pairs).",
    ),
    "consensus": Lazy(
        "review.commands.consensus:consensus",
        "Decide one label per item, by plurality or by Dawid and Skene's model; ties are never broken.",
    ),
    "demo": Lazy(
        "review.commands.setup:demo",
        "Build a demonstration week in its own store, then open the application.",
    ),
    "gate": Lazy(
        "review.commands.gate:gate",
        "Compare two versions on the same cases: exit code 0 pass, 1 fail, 3 not enough evidence.",
    ),
    "golden": Lazy(
        "review.commands.golden:golden",
        "The golden dataset: examples that people have approved, and its releases.",
    ),
    "import": Lazy(
        "review.commands.import_:import_",
        "Normalise, mask and add the conversations in FILE... to the log; a second import adds nothing.",
    ),
    "init": Lazy("review.commands.setup:init", "Make spotcheck.toml and an empty store; whoever runs it is lead."),
    "judge": Lazy(
        "review.commands.judge:judge_group",
        "Judges: added as data, run over a week, a release or a file, and compared.",
    ),
    "labels": Lazy("review.commands.exchange:labels", "Labels of people: item,rater,dimension,label[,at,comment]."),
    "people": Lazy("review.commands.setup:people_group", "Who reviews, in which role."),
    "plan": Lazy("review.commands.plan:plan_group", "How many more items make a figure as precise as you want."),
    "quality": Lazy(
        "review.commands.quality:quality",
        "Estimate the share of positive conversations from people's labels and a judge's verdicts.",
    ),
    "report": Lazy(
        "review.commands.report:report",
        "Report a week on one page: the quality of production, its precision, and whether to trust the judges.",
    ),
    "rubric": Lazy("review.commands.rubric:rubric_group", "The dimensions that people judge."),
    "sample": Lazy("review.commands.sample:sample", "Draw the conversations of a week that people will review."),
    "serve": Lazy("review.commands.setup:serve", "Start the application on this project's store."),
    "verdicts": Lazy(
        "review.commands.exchange:verdicts",
        "Verdicts of judges: item,judge[,version],dimension,label[,score,rationale].",
    ),
    "week": Lazy("review.commands.week:week_group", "The weeks: progress, handing over, asking again, closing."),
}
"""Every command by name. The overview is printed from here, because importing all of them takes seconds."""


class LazyGroup(click.Group):
    """A click group whose commands stand in ``COMMANDS`` and are imported on use, so that start-up stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the overview without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].line) for name in self.list_commands(ctx)])


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
