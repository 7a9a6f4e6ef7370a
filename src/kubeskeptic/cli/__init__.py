"""The command ``skeptic``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kubeskeptic import __version__
from kubeskeptic.cli import usage
from kubeskeptic.cli.adopt import abandon, adopt, rbac
from kubeskeptic.cli.claims import claims
from kubeskeptic.cli.clusters import agent_image, doctor, down, env, uninstall_, up
from kubeskeptic.cli.compare import baseline, compare, tally
from kubeskeptic.cli.faults import faults, inflict_
from kubeskeptic.cli.prove import prove
from kubeskeptic.cli.report import report
from kubeskeptic.cli.safety import cleanup, status
from kubeskeptic.cli.upgrade import upgrade, watch
from kubeskeptic.errors import INTERRUPTED, BadInput, SkepticError
from kubeskeptic.redaction import redact
from kubeskeptic.terminal import print_any_character


class Commands(click.Group):
    """Commands that report an error as one sentence and an exit status, and print in any encoding."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Parse the command line and run it, printing in whatever encoding standard output has.

        A SkepticError is printed as one sentence, without a traceback.
        """
        print_any_character()
        try:
            return super().main(*args, **extra)
        except SkepticError as error:
            click.echo(f"skeptic: {redact(str(error))}", err=True)
            sys.exit(error.exit_status)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the options before the command; an invalid one is bad input, like any other."""
        with _ours():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an invalid command line is bad input, like any other. An interrupt ends it with pytest's status."""
        ctx.color = False if os.environ.get("NO_COLOR") else ctx.color  # as no-color.org says
        try:
            with _ours(ctx):
                return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):  # click's own status for it, 1, means violated here
            click.echo("skeptic: interrupted", err=True)
            sys.exit(INTERRUPTED)


@contextmanager
def _ours(ctx: click.Context | None = None) -> Iterator[None]:
    """Raise BadInput for click's usage errors; help that is shown for want of a command gets its exit status.

    Click's own exit status, 2, means an interrupt here.

    :param ctx: knows the command, unless the options before it are being parsed
    """
    try:
        yield
    except click.exceptions.NoArgsIsHelpError as help_:
        help_.exit_code = BadInput.exit_status  # type: ignore[misc]  # its class keeps 2
        raise
    except click.UsageError as error:
        raise usage.bad_input(error, (ctx and ctx.invoked_subcommand) or "") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="skeptic")
def main() -> None:
    """Claims about Kubernetes that you can run.

    \b
    skeptic up              ensure that a healthy cluster exists
    pytest                  ask all claims; reports are in reports/latest
    skeptic compare RUN     show what changed between that run and the last
    skeptic prove           break the cluster on purpose: can every claim fail?
    skeptic status          show what runs have left in the cluster

    Shell completion: eval "$(_SKEPTIC_COMPLETE=bash_source skeptic)", likewise for zsh and fish.
    """


for _command in (
    up,
    down,
    doctor,
    env,
    claims,
    report,
    baseline,
    compare,
    tally,
    watch,
    upgrade,
    prove,
    faults,
    inflict_,
    status,
    cleanup,
    adopt,
    abandon,
    rbac,
    agent_image,
    uninstall_,
):
    main.add_command(_command)
