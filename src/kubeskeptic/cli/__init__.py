"""The command ``skeptic``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kubeskeptic import __version__
from kubeskeptic.cli.adopt import abandon, adopt, rbac
from kubeskeptic.cli.claims import claims
from kubeskeptic.cli.clusters import agent_image, doctor, down, env, uninstall_, up
from kubeskeptic.cli.compare import baseline, compare, tally
from kubeskeptic.cli.faults import faults, inflict_
from kubeskeptic.cli.prove import prove
from kubeskeptic.cli.report import report
from kubeskeptic.cli.safety import cleanup, status
from kubeskeptic.cli.upgrade import upgrade, watch
from kubeskeptic.errors import BadInput, SkepticError
from kubeskeptic.redaction import redact
from kubeskeptic.terminal import print_any_character


class Commands(click.Group):
    """Commands that report an error as one sentence and an exit status, and print in any encoding."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Parse the command line and run it, printing in whatever encoding standard output has."""
        print_any_character()
        return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the options before the command; an invalid one is reported as bad input, like any other error."""
        with _bad_input():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a SkepticError is printed as one sentence, without a traceback."""
        ctx.color = False if os.environ.get("NO_COLOR") else ctx.color  # as no-color.org says
        try:
            with _bad_input():
                return super().invoke(ctx)
        except SkepticError as error:
            click.echo(f"skeptic: {redact(str(error))}", err=True)
            sys.exit(error.exit_status)


@contextmanager
def _bad_input() -> Iterator[None]:
    """Give click's usage errors our exit status for bad input: click's own, 2, means an interrupt here."""
    try:
        yield
    except click.UsageError as error:
        error.exit_code = BadInput.exit_status  # type: ignore[misc]  # its class keeps 2
        raise


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
