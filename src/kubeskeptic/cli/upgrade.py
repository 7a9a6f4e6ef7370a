"""``skeptic upgrade`` and ``skeptic watch``: what clients see while a cluster is upgraded, or while a command runs."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kubeskeptic import configuration, paths, process
from kubeskeptic.cli.compare import TOLERANCE
from kubeskeptic.cli.faults import span
from kubeskeptic.cli.safety import alone, journals
from kubeskeptic.cli.which import ClusterRef, must_answer, site_of, which_cluster
from kubeskeptic.clusters.cluster_record import scratch
from kubeskeptic.errors import BadInput, Inconclusive
from kubeskeptic.findings import Verdict
from kubeskeptic.reports.compared import markdown, render
from kubeskeptic.reports.html import comparison as comparison_page
from kubeskeptic.reports.wording import SYMBOL
from kubeskeptic.runs.model import RunOptions
from kubeskeptic.terminal import Display, Status
from kubeskeptic.undo.cleanup import cleanup as clean

if TYPE_CHECKING:
    from kubeskeptic.upgrading.upgrade import Upgraded


@click.command()
@click.option(
    "--to",
    metavar="VERSION",
    help="The new version: a later patch of the cluster's minor version, or a release of the next minor version.",
)
@click.option(
    "--cluster",
    default=configuration.cluster_name,
    help=f"Our own kind cluster of this name. [default: {configuration.DEFAULT_CLUSTER}]",
)
@click.option("--resume", is_flag=True, help="Continue an upgrade that stopped, from the first step that is not done.")
@click.option(
    "--runs/--no-runs", default=True, show_default=True, help="Run suites before and after, and compare their results."
)
@click.option("--suites", default="", metavar="PATH", help="The suites of these runs. [default: those of the project]")
@click.option(
    "-m", "mark", default=None, metavar="MARK", help="As for pytest. [default: quick, unless -k or --suites choose]"
)
@click.option("-k", "words", default="", metavar="WORDS", help="As for pytest.")
@click.option("--skew", default="", metavar="NODE", help="A worker whose kubelet stays at its version.")
@click.option("--longest", default="", metavar="TIME", help="Exit with 1 when an outage was longer than this: 2s, 1m.")
@TOLERANCE
def upgrade(
    to: str | None,
    cluster: str,
    resume: bool,
    runs: bool,
    suites: str,
    mark: str | None,
    words: str,
    skew: str,
    longest: str,
    tolerance: float | None,
) -> None:
    """Upgrade a kind cluster of our own in place, and report what held before, during and after.

    \b
    skeptic upgrade --to v1.37.2
    skeptic upgrade --to v1.37.2 --cluster old --no-runs
    skeptic upgrade --to v1.37.2 -k "service and not crash" --skew kubeskeptic-worker2
    skeptic upgrade --resume

    kubeadm upgrades the control plane first. Then each worker is drained, upgraded and uncordoned. Meanwhile a workload, DNS
    and the API server are probed from every node. An upgrade cannot be undone: one that stops prints the state of the cluster,
    and --resume continues it.

    Exits with 1 when a claim is newly violated, an outage was longer than --longest, or a step failed; with 10 when a claim
    that held is no longer seen to hold, or gone; with 2 when it was interrupted; with 0 otherwise, whatever outages there were.
    """
    if resume == bool(to):
        raise BadInput("give either --to VERSION to begin an upgrade, or --resume to continue one")
    limit = span(longest) if longest else None
    process.catch_signals()
    with scratch() as folder:
        if resume:
            with must_answer():
                _settle(ClusterRef(cluster))
        choice = _choice(suites, mark, words) if runs else []
        done = _perform(cluster, folder, to, skew, choice, tolerance)
    sys.exit(_told(done, limit))


def _choice(suites: str, mark: str | None, words: str) -> list[str]:
    """Return the pytest arguments that select the cases of the runs."""
    path = Path(suites) if suites else paths.shipped() / "suites"
    if not path.exists():
        raise BadInput(f"there is no folder or file {path} with suites")
    mark = "quick" if mark is None and not (suites or words) else mark
    return [str(path.resolve()), *(["-m", mark] if mark else []), *(["-k", words] if words else [])]


def _settle(where: ClusterRef) -> None:
    """Wait until what an interrupted upgrade started has ended, and remove what it left in the cluster."""
    from kubeskeptic.upgrading.node_work import wait_for_kubeadm

    with site_of(where) as site:
        if site is None:
            return
        for node in site.cluster.nodes:
            wait_for_kubeadm(site, node.name)
        with alone(site):
            clean(site, journals(configuration.reports()), say=_say)


def _perform(
    name: str, folder: Path, to: str | None, skew: str, choice: list[str], tolerance: float | None
) -> Upgraded:  # fmt: skip
    from kubeskeptic.clusters.builds.builder import Builder
    from kubeskeptic.kube import Kube
    from kubeskeptic.upgrading import checking
    from kubeskeptic.upgrading.release import provide
    from kubeskeptic.upgrading.state import Ledger
    from kubeskeptic.upgrading.upgrade import Upgrade

    found = checking.ours(name)
    kube, reports = Kube(found.kubeconfig, found.context, folder), configuration.reports()
    with must_answer():
        uid = checking.free(name, kube, found)
        if to:
            state = checking.planned(found, kube, reports, uid, to, skew=skew, choice=choice)
        else:
            state = checking.unfinished(reports, name, uid, kube)
    with Display() as display:
        release = provide(Builder(display), found, state.to)
    ledger = Ledger(state, reports, kube)
    said = Display(sys.stderr)

    @contextmanager
    def shown(status: Status) -> Iterator[None]:
        """Show a status below the lines. The runs of suites, which show their own, are not in such a block."""
        said.show(status)
        with said:
            yield

    return Upgrade(found, kube, reports, ledger, release, Builder(said).progress, said, tolerance, shown).perform()


def _told(done: Upgraded, limit: float | None) -> int:
    """Print the outcome of an upgrade, save it beside the runs, and return the exit status.

    :param limit: the longest outage that is not a failure, in seconds; None for no limit
    """
    from kubeskeptic.upgrading.telling import place, report, summary

    for line in summary(done):
        click.echo(line)
    if done.compared:
        click.echo(render(done.compared))
    written = place(configuration.reports(), done.state.cluster)
    written.write_text(report(done, markdown(done.compared) if done.compared else ""), encoding="utf-8")
    click.echo(f"report   {written}")
    page = written.with_suffix(".html")
    page.unlink(missing_ok=True)  # of an earlier upgrade
    if done.compared:
        page.write_text(comparison_page.render(done.compared), encoding="utf-8")
        click.echo(f"page     {page}")
    if limit is not None and done.longest > limit:
        click.echo(f"an outage of {done.longest:.2f} s was longer than {limit:g} s", err=True)
        return 1
    return done.compared.status if done.compared else 0


def _say(line: str) -> None:
    click.echo(line, err=True)


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
