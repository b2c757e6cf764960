"""The command `crmsync`: lists its commands without loading them, turns errors into exit codes."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from keyword import iskeyword
from typing import Any

import click

from crmsync.manner import calm

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("setup", "Write a commented crmsync.toml."),
    "demo": ("demo", "Build a sample retailer and run the whole way."),
    "doctor": ("setup", "Say what is wrong with this project and who must act."),
    "plugins": ("plugins", "List and check plugins, begin a new one."),
    "authorize": ("authorize", "Let somebody consent, in a browser, to what a connection may do."),
    "bridge": ("bridge", "Install Singer taps; the connector `singer` runs them."),
    "check": ("backends", "Ask every backend whether it answers."),
    "discover": ("backends", "List the streams of a connection."),
    "sync": ("sync", "Read, resolve, profile and feed."),
    "replay": ("sync", "Map everything again from raw, without asking a backend."),
    "reconcile": ("sync", "Read everything again; find what changed unseen, and what is gone."),
    "withdraw": ("withdraw", "Take a connection out of use that is configured no more."),
    "status": ("sync", "Show the last runs and what is set aside."),
    "schedule": ("schedule", "Print what starts crmsync by itself: systemd, cron, Kubernetes."),
    "parked": ("parked", "List, show, retry, drop or write out what is parked."),
    "search": ("search", "Find customers by name, number or address."),
    "review": ("review", "Decide, pair by pair, who is the same customer."),
    "explain": ("people", "Say why two records are one customer or not; what makes up one."),
    "model": ("model", "Learn from your records what agreement is worth; show it, or its query."),
    "merge": ("verdicts", "Decide that two records are one customer."),
    "split": ("verdicts", "Decide that two records are two customers."),
    "unmerge": ("verdicts", "Take a merge back."),
    "history": ("people", "Tell which record of a customer came and went, and why."),
    "why": ("people", "Say where a field of a profile comes from."),
    "note": ("note", "Write down what a customer said, was promised or was granted."),
    "service": ("service", "Show what customers wait for, and how fast they hear from us."),
    "habits": ("people", "Show the purchase habits of a customer."),
    "forecast": ("forecast", "Predict what each customer will buy."),
    "value": ("value", "Weigh what each customer brings against what he costs."),
    "export": ("exchange", "Write the facts of all customers as Parquet, for a larger engine."),
    "import": ("exchange", "Take the habits back that were worked out in such a folder."),
    "till": ("till", "Build a till file, search it."),
    "today": ("report", "Show what a store has to do today: whom to call, thank, expect."),
    "report": ("report", "Write one page about all customers, for the manager."),
    "outreach": ("outreach", "Plan contacts; nothing is sent."),
}
"""Each command: the module that has it, and the line that --help shows."""


UNSAID = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What the system says when output cannot be written."""


class Lazy(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded now; None when there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"crmsync.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, loading nothing."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--project", "-p", default=".", metavar="FOLDER",
              help="The folder with crmsync.toml (default: here).")  # fmt: skip
@click.option("--verbose", "-v", is_flag=True, help="More lines on stderr.")
@click.option("--debug", is_flag=True,
              help="Print the traceback of an error; it may hold personal data.")  # fmt: skip
@click.version_option(package_name="crmsync")
@click.pass_context
def cli(ctx: click.Context, project: str, verbose: bool, debug: bool) -> None:
    """Read customers from every system, know who is who, greet by name at the till.

    Exit codes: 0 clean, 1 error, 2 usage or configuration, 3 done but something is parked,
    4 credentials, 5 budget spent, 6 a brake stopped it, 7 another run holds the lease,
    130/143 interrupted, safely.
    """
    ctx.ensure_object(dict).update(project=project, verbose=verbose, debug=debug)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the documented code."""
    calm()
    with ended_in_order() as stopped:
        code = run(arguments)
    sys.exit(_all_said(143 if stopped else code))


def _all_said(code: int) -> int:
    """The exit code; 1 instead of 0 when the last of what was said could not be written.

    Python would try once more at its end, and leave with a code of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            code = code or 1
    return code


@contextmanager
def ended_in_order() -> Iterator[list[int]]:
    """SIGTERM ends a run like Ctrl-C, so that its report is written; the list holds the signal."""
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    options: dict[str, Any] = {}
    try:
        result = cli.main(args=arguments, prog_name="crmsync", standalone_mode=False, obj=options)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        with suppress(OSError):
            click.echo("interrupted; what was committed stays, run again to go on.", err=True)
        return 130
    except (Exception, SystemExit) as error:
        if _nobody_reads(error):
            return 1
        return _fail(error, debug=options.get("debug", False))
    return result if isinstance(result, int) else 0


def _nobody_reads(error: BaseException) -> bool:
    """Whether who read along has gone (`crmsync status | head -1`): click and rich then exit.

    A plugin that exits does so in a module of its own.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    last = str(frames[-1].f_globals.get("__name__")) if frames else ""
    return isinstance(error, SystemExit) and last.partition(".")[0] in ("click", "rich")


def _fail(error: BaseException, *, debug: bool) -> int:
    """Say what went wrong in one sentence; what a bug of ours says itself may be personal data."""
    from crmsync.errors import CrmsyncError, FileError, program_error

    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError) and error.errno in UNSAID:
        error = FileError(
            f"what there is to say cannot be written: {error.strerror}.",
            hint="IT: make room where the output or the log goes. What was committed stays.",
        )
    if not isinstance(error, CrmsyncError):
        error = program_error(error)
    with suppress(OSError):  # a log on a full disk does not change how the run ended
        click.echo(f"crmsync: {error.message}", err=True)
        if error.hint:
            click.echo(f"  {error.hint}", err=True)
    return error.exit_code


if __name__ == "__main__":
    main()
