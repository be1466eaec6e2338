"""The command `console`: finds the verb, loads only its module, and turns every failure into one clear message."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from console.cli.settings import GUARD, STAND_IN, merged, with_options
from console.domain.errors import EXIT_GOOD, EXIT_INTERRUPTED, EXIT_USAGE, ConsoleError, Unmeasured

VERBS: dict[str, str] = {
    "demo": "a temporary world with live simulated traffic, console on top",
    "init": "a first registry from the model ids found in the code",
    "status": "routes, pins, percentages, verdicts, retirement clock",
    "canary": "start a canary on a route",
    "rollout": "change the canary's percentage: a number, next or back",
    "promote": "make the canary the production model",
    "rollback": "take the canary to 0 %, or production back to the fallback",
    "hold": "keep the canary's share where it is until a person says so",
    "resume": "clear a hold; after a rollback, start the rollout again",
    "drop": "remove the canary from a route",
    "pin": "put a model on a tier of a route",
    "undo": "write back what the last change replaced",
    "history": "who changed what, why, on which evidence",
    "compare": "one prompt, both models, side by side",
    "regress": "the regression suite on a model: what changed against the accepted answers",
    "review": "accept or reject what changed, one case at a time",
    "triage": "same, acceptable or worrying: judge pairs of answers you already have",
    "rehearse": "replay a past log through the gates: what would have fired, and when",
    "identify": "what ids mean: pinned, alias or unknown; why; retirement; replacement",
    "catalog": "the facts about models: sources, age; refresh reads newer ones",
    "guard": "watch every route: roll back by itself, advance where that is allowed",
    "drill": "make a canary fail on a copy of everything, and time what the guard does",
    "check": "model ids in source files: aliases, retired, retiring soon",
    "suite": "import: from JSONL or promptfoo YAML; check: are suites and snapshots sound",
    "schedule": "the regression run as a job for cron, systemd or GitHub Actions",
    "alert": "test: does an alert arrive; list: what was told to whom; retry: what failed",
    "preflight": "what a candidate will reject or change about the requests you send today",
    "doctor": "environment, versions, permissions, log health",
}
"""Every verb with its one line of help; the module is `console.cli.verbs.<verb>`, its command is named `command`."""


class Verbs(click.Group):
    """A group that imports a verb's module only when that verb is called: `console status` never loads Textual."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table above."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"console.cli.verbs.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table, so that help imports nothing."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A misspelt verb names the nearest one."""
        if args and args[0] not in VERBS and (close := _nearest(args[0], VERBS)):
            raise click.UsageError(f"no such command {args[0]!r}; did you mean {close!r}?", ctx)
        return super().resolve_command(ctx, args)


def _nearest(word: str, words: dict[str, str]) -> str:
    import difflib

    return next(iter(difflib.get_close_matches(word, words, 1)), "")


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="model-console", prog_name="console")
@with_options
@STAND_IN
@GUARD
@click.pass_context
def group(context: click.Context, /, **given: Any) -> None:
    """Upgrade the LLM models behind an application without surprises.

    Without a verb the console opens. Exit codes: 0 good, 1 the check failed, 2 usage, 3 registry or log invalid,
    4 could not measure.
    """
    context.obj = merged(context, given)
    if context.invoked_subcommand is None:
        from console.cli.open_console import open_console

        context.exit(open_console(context.obj, demo=lambda: _demo(context)))


def _demo(context: click.Context) -> int:
    command = group.get_command(context, "demo")
    return int(command.main(args=[], standalone_mode=False, obj=context.obj) or 0) if command else EXIT_USAGE


def _usage(error: click.ClickException) -> str:
    """What click says of a wrong call. It quotes what was typed, so it goes through the neutraliser like all else."""
    text = io.StringIO()
    error.show(text)
    return text.getvalue().rstrip("\n")


def _abandon_stdout() -> None:
    """Nothing more can be written there, and the interpreter must not try again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _defect(error: Exception) -> Unmeasured:
    """Type, place and, where it is asked for, the whole traceback; never the values of variables."""
    import traceback

    if os.environ.get("CONSOLE_TRACEBACK"):
        return Unmeasured("".join(traceback.format_exception(error)))
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119
    return Unmeasured(
        f"a defect in the console: {type(error).__name__} at {where}",
        "CONSOLE_TRACEBACK=1 shows the whole traceback; please report it.",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. The only place where failures become words."""
    from console.cli import diagnostics, output

    try:
        result = group.main(args=list(argv) if argv is not None else None, prog_name="console", standalone_mode=False)
    except ConsoleError as error:
        return diagnostics.fail(error)
    except click.exceptions.Abort:
        diagnostics.say("nothing was changed")
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        diagnostics.say(_usage(error))
        return EXIT_USAGE
    except output.ReaderLeft:
        _abandon_stdout()
        return EXIT_GOOD
    except OSError as error:
        _abandon_stdout()
        where = f"{error.filename}: " if error.filename else ""
        return diagnostics.fail(Unmeasured(f"{where}{error.strerror or error}"))
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] != "console":
            raise  # only a part of what the console needs is installed: __main__ says so
        return diagnostics.fail(_defect(error))
    except Exception as error:  # the outermost edge: a defect of ours must not look like a check that failed
        return diagnostics.fail(_defect(error))
    return result if isinstance(result, int) else EXIT_GOOD
