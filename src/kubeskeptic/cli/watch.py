"""``skeptic watch``."""

from __future__ import annotations

import secrets
import sys

import click

from kubeskeptic import configuration, process
from kubeskeptic.cli.faults import span
from kubeskeptic.cli.which import ClusterRef, which_cluster
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Verdict
from kubeskeptic.reports.wording import SYMBOL
from kubeskeptic.runs.model import RunOptions


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAMESPACE/NAME[:PORT]",
    help="A service of yours to watch. Can be repeated.",
)
@click.option(
    "--for", "lasts", default="", metavar="TIME", help="Without a command: how long to watch, as 30s, 5m or 1h."
)
@which_cluster
def watch(command: tuple[str, ...], services: tuple[str, ...], lasts: str, where: ClusterRef) -> None:
    """Watch what clients on every node see while a command runs: an upgrade, a rollout, a migration.

    \b
    skeptic watch --service shop/web -- kubectl -n shop rollout restart deployment/web
    skeptic watch --for 30m
    skeptic watch                        until Ctrl-C

    The API server and the cluster's DNS are always watched. The command's output and exit status are passed on; without a
    command, it exits with 1 when a request failed. The report is reports/latest/index.html, as for every run.
    """
    from kubeskeptic.watching import watch as observe  # imports the Kubernetes client

    options = RunOptions(
        cluster=where.cluster, context=where.context, kubeconfig=where.kubeconfig, agent_image=where.agent_image,
        seed=secrets.randbelow(100_000), reports=configuration.reports(), changing=bool(command),
    )  # fmt: skip
    options.check()
    process.catch_signals()
    done = observe(options, services, command, span(lasts) if lasts else None, lambda text: click.echo(text, err=True))
    for name, finding in done.findings.items():
        click.echo(f"{SYMBOL[finding.verdict]} {name}: {finding.why}", err=True)
    click.echo(f"report   {options.folder / 'index.html'}", err=True)
    if done.status is not None:
        sys.exit(done.status)
    sys.exit({Verdict.VIOLATED: 1, Verdict.INCONCLUSIVE: Inconclusive.exit_status}.get(done.worst, 0))
