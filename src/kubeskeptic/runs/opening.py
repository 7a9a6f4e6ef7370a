"""Opening a run: everything that must be so before the first scenario, and after the last.

::

    find cluster ── guard ── lease ── journal ── snapshot ── agents ── instrument ── START
                                                                            │
    reports ── lease released ── snapshot compared ── agents gone ──────────┘

What is opened first is closed last, whatever happened in between.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kubeskeptic import __version__
from kubeskeptic.clusters import Cluster, find
from kubeskeptic.clusters.adopted import adopted, default_kubeconfig
from kubeskeptic.errors import MissingRequirement, NotAsked, SkepticError
from kubeskeptic.faults import Site
from kubeskeptic.guard import Guard, Lease
from kubeskeptic.guard.risk import Risk, above
from kubeskeptic.journal import Journal
from kubeskeptic.kube import Kube
from kubeskeptic.kube.settings import read_settings
from kubeskeptic.node_access import access_to
from kubeskeptic.probes.agents import Agents
from kubeskeptic.probes.instrument import prove
from kubeskeptic.probes.priority import Priority, refused
from kubeskeptic.reports import write_all
from kubeskeptic.runs.calibration import calibrated
from kubeskeptic.runs.evidence import keep_what_explains
from kubeskeptic.runs.model import Run
from kubeskeptic.runs.options import RunOptions
from kubeskeptic.runs.snapshot_check import unchanged
from kubeskeptic.switches.control import wait_for_orphans
from kubeskeptic.timeline import JournalFollower


@contextmanager
def open_run(options: RunOptions) -> Iterator[Run]:
    """Use a cluster: one run, with its journal and, at the end, its reports.

    :raises MissingRequirement: when there is no cluster
    :raises Refused: when the cluster is not ours, or somebody else uses it; nothing was touched. At the end, when somebody else
        has taken it over meanwhile
    :raises Inconclusive: when the instrument cannot be trusted
    :raises LeftDirty: at the end, however it came, when the cluster is not as it was at the start
    """
    kube, cluster = connected(options)
    id_, folder = options.id, options.folder
    folder.mkdir(parents=True)
    followed = JournalFollower(folder / "journal.jsonl")
    try:
        with ExitStack() as stack:
            journal = Journal(followed.path, run=id_)
            stack.callback(journal.close)
            guard = Guard(cluster, kube)
            level = guard.pin()
            if level < Risk.NAMESPACE:
                raise NotAsked(above("asking anything", Risk.NAMESPACE, level))
            guard.lease = stack.enter_context(Lease(kube, id_))
            wait_for_orphans(cluster.name)
            access = access_to(cluster, kube, level, id_)
            stack.callback(access.close)
            site = Site(cluster, kube, journal, guard, id_, options.seed, access=access)
            run = _run(options, site, followed, level)
            _declare(run, options)
            stack.enter_context(unchanged(run))
            yield stack.enter_context(_observed(run, options))
    finally:
        with suppress(SkepticError):
            keep_what_explains(folder, followed.evidence())
        _report(folder, followed)
        _point_latest(options.reports, id_)


def _run(options: RunOptions, site: Site, followed: JournalFollower, level: Risk) -> Run:
    """The run of a site, with the cluster's settings as they are now."""
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
        settings=read_settings(site.kube, site.access.run),
        allowed=level,
        sabotages=options.sabotages,
    )


def _report(folder: Path, followed: JournalFollower) -> None:
    """Write the reports. An error is printed, so that it hides no other."""
    try:
        write_all(folder, followed.evidence())
    except (SkepticError, OSError) as error:
        print(f"the reports of {folder.name} could not be written: {error}", file=sys.stderr)


def connected(options: RunOptions) -> tuple[Kube, Cluster]:
    """The cluster that was asked for, as it is, and the handle to it.

    :raises MissingRequirement: when there is none
    :raises BadInput: when its kubeconfig or context is not there
    """
    scratch = options.folder
    if options.context:
        kubeconfig = options.kubeconfig or default_kubeconfig()
        kube = Kube(kubeconfig, options.context, scratch)
        return kube, adopted(kube, kubeconfig, options.agent_image)
    cluster = find(options.cluster)
    if cluster is None:
        raise MissingRequirement(f"there is no cluster {options.cluster} of ours that works; `skeptic up` makes one")
    return Kube(cluster.kubeconfig, cluster.context, scratch), cluster


@contextmanager
def _observed(run: Run, options: RunOptions) -> Iterator[Run]:
    """The run with its agents in place, its instrument proven, and START measured."""
    with run.agents:
        prove(run.agents, run.journal)
        run.settings = calibrated(run)
        _declare(run, options)
        yield run


def _declare(run: Run, options: RunOptions) -> None:
    """Write down what is under test. Twice: at once, and again when START is known."""
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
        settings=run.settings.as_record(),
        harness=__version__,
        command=options.again(),
        sabotages=list(options.sabotages),
    )


def _point_latest(reports: Path, id_: str) -> None:
    """Let ``latest`` point at this run, in one step, so that it always points at some run."""
    fresh = reports / f".latest-{id_}"
    fresh.symlink_to(id_)
    fresh.replace(reports / "latest")
