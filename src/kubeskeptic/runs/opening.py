"""Opening a run: what is set up before the first scenario, and taken down after the last.

::

    find cluster ── guard ── lease ── journal ── snapshot ── agents ── instrument ── START
                                                                            │
    reports ── lease released ── snapshot compared ── agents gone ──────────┘

What is opened first is closed last, whatever happens in between.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from kubeskeptic import __version__
from kubeskeptic.clusters import Cluster, find, no_cluster
from kubeskeptic.clusters.adopted import PROVIDER, adopted
from kubeskeptic.errors import BadInput, ClusterError, Inconclusive, NotAsked, SkepticError, Untestable
from kubeskeptic.faults import Site
from kubeskeptic.guard import Guard, Lease
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.kube import Kube
from kubeskeptic.kube.kubeconfig import default_kubeconfig
from kubeskeptic.kube.settings import cluster_domain, kubelet_versions, read_settings
from kubeskeptic.node_access import access_to
from kubeskeptic.outside import on_this_machine, witnessed
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.instrument import prove
from kubeskeptic.probes.priority import Priority, refused
from kubeskeptic.reports import write_all
from kubeskeptic.runs.earlier import point as point_latest
from kubeskeptic.runs.evidence import keep_what_explains
from kubeskeptic.runs.model import Run, RunOptions
from kubeskeptic.runs.own_objects import all_gone
from kubeskeptic.runs.preparation import calibrated, usable
from kubeskeptic.runs.run_journal import RunJournal
from kubeskeptic.runs.snapshot_check import unchanged
from kubeskeptic.switches.control import wait_for_orphans
from kubeskeptic.timeline import JournalFollower


@contextmanager
def open_run(options: RunOptions) -> Iterator[Run]:
    """Open one run on a cluster, with its journal and, at the end, its reports.

    :raises Untestable: when there is no cluster, it does not meet the preconditions, or a run cannot begin for another reason
    :raises NotAsked: when the cluster's owner allows no run, or the domain of its DNS names cannot be read
    :raises Refused: when the cluster is not ours, or another run uses it; nothing was touched. At the end, when another run has
        taken it over meanwhile
    :raises DiskFull: when the run's folder cannot be written to
    :raises Inconclusive: when the instrument cannot be trusted
    :raises LeftDirty: at the end, when the cluster is not as it was at the start
    """
    with _beginning():
        kube, cluster = connected(options)
    journal = RunJournal(options.folder, options.id)
    followed = JournalFollower(journal.path)
    try:
        with ExitStack() as stack:
            stack.callback(journal.close)
            with _beginning():
                site, level = _entered(stack, options, kube, cluster, journal)
                run = _run(options, site, followed, level)
                _declare(run, options)
                stack.enter_context(unchanged(run, changing=options.changing))
                stack.enter_context(_observed(run, options))
            yield run
    finally:
        with suppress(SkepticError, OSError):
            keep_what_explains(options.folder, followed.evidence())
        _report(options, followed, full=bool(journal.full))


@contextmanager
def _beginning() -> Iterator[None]:
    """Raise Untestable for an error without an exit status of its own: the general one, 1, means that a claim is violated."""
    try:
        yield
    except SkepticError as error:
        if error.exit_status == SkepticError.exit_status:
            raise Untestable(str(error)) from error
        raise


def _entered(
    stack: ExitStack, options: RunOptions, kube: Kube, cluster: Cluster, journal: RunJournal
) -> tuple[Site, Risk]:
    """Return the site of the run and what its owner allows, once the cluster is ours and usable; the stack gives it back.

    :raises BadInput: when no image of the agent is known for the cluster
    """
    guard = Guard(cluster, kube)
    level = guard.pin()
    if level < Risk.NAMESPACE:
        raise NotAsked(above("a run", Risk.NAMESPACE, level))
    if not cluster.agent_image:
        raise BadInput(
            "--context also needs --agent-image, the name of an agent image that the nodes can pull or already have; `skeptic "
            "agent-image` delivers it and prints its name. For a kind cluster on this machine, `skeptic adopt` does both"
        )
    usable(kube)
    guard.lease = stack.enter_context(Lease(kube, options.id))
    wait_for_orphans(cluster.name)
    access = access_to(cluster, kube, level, options.id)
    stack.callback(access.close)
    return Site(cluster, kube, journal, guard, options.id, options.seed, access=access), level


def _run(options: RunOptions, site: Site, followed: JournalFollower, level: Risk) -> Run:
    """Return the run for a site, with the cluster's current settings."""
    lacking = refused(above("real-time priority for the agents", Risk.NODE, level))
    prioritise = Priority(site.access.run).give if level >= Risk.NODE else lacking
    agents = f"skeptic-{options.id}-agents"
    return Run(
        id=options.id,
        folder=options.folder,
        seed=options.seed,
        cluster=site.cluster,
        kube=site.kube,
        journal=site.journal,
        followed=followed,
        site=site,
        agents=Agents(site.kube, site.journal, site.cluster.agent_image, agents, options.id, prioritise),
        settings=read_settings(site.kube, site.access, ours=site.cluster.provider != PROVIDER),
        allowed=level,
        sabotages=options.sabotages,
        cluster_domain=_domain(site),
        kubelets=kubelet_versions(site.kube),
    )


def _domain(site: Site) -> str:
    """Return the domain of the cluster's DNS names.

    :raises NotAsked: when it cannot be read, on an adopted cluster
    :raises Inconclusive: when it cannot be read, on our own cluster
    """
    try:
        return cluster_domain(site.kube)
    except ClusterError as unknown:
        raise (NotAsked if site.cluster.provider == PROVIDER else Inconclusive)(str(unknown)) from unknown


def _report(options: RunOptions, followed: JournalFollower, *, full: bool) -> None:
    """Write the reports, and point ``latest`` at them. An error is only printed, so that it hides no other.

    :param full: whether the disk is known to be full, which has been reported
    """
    try:
        write_all(options.folder, followed.evidence())
        point_latest(options.reports, options.id)
    except (SkepticError, OSError) as error:
        if not full:
            print(f"cannot write the reports of run {options.id}: {error}", file=sys.stderr)


def connected(options: RunOptions) -> tuple[Kube, Cluster]:
    """Return the API handle to the requested cluster, and the cluster.

    :raises Untestable: when there is no such cluster
    :raises BadInput: when its kubeconfig or context does not exist
    """
    scratch = options.folder
    if options.context:
        kubeconfig = options.kubeconfig or default_kubeconfig()
        kube = Kube(kubeconfig, options.context, scratch)
        return kube, adopted(kube, kubeconfig, options.agent_image)
    cluster = find(options.cluster)
    if cluster is None:
        raise no_cluster(options.cluster)
    return Kube(cluster.kubeconfig, cluster.context, scratch), cluster


@contextmanager
def _observed(run: Run, options: RunOptions) -> Iterator[Run]:
    """Yield the run with its agents running, its instrument proven, and START measured."""
    run.here = tuple(on_this_machine(run.kube.list("Node")["items"]))
    try:
        with witnessed(run.journal, list(run.here)), run.agents:
            prove(run.agents, run.journal)
            if not options.changing:  # such a run has no bounds with START, and a node may take no pods when it begins
                run.settings = calibrated(run)
            _declare(run, options)
            yield run
    finally:
        all_gone(run)  # last: the namespaces of the last scenario and of the agents are deleted at the same time


def _declare(run: Run, options: RunOptions) -> None:
    """Write the ``run`` record: at once, and again when START is known."""
    run.journal.write(
        "run",
        sync=True,
        id=run.id,
        seed=run.seed,
        kubernetes=run.cluster.kubernetes,
        provider=run.cluster.provider,
        context=run.cluster.context,
        nodes=list(run.nodes),
        roles={node.name: node.role for node in run.cluster.nodes},
        kubelets=dict(run.kubelets),
        settings=run.settings.as_record(),
        unread=run.settings.unread_record(),
        harness=__version__,
        command=options.again(),
        sabotages=list(options.sabotages),
        **({"known": dict(options.known)} if options.known else {}),
    )
