"""Bringing clusters up and down, idempotently, and what a shell needs for manual access to one."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from kubeskeptic.clusters import addons as addons_of
from kubeskeptic.clusters import (
    agents,
    cluster,
    creation,
    delete_guard,
    engine_install,
    health,
    kind,
    node_source,
    options,
)
from kubeskeptic.clusters.addons import Addon
from kubeskeptic.clusters.builds import components, node_image
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.cluster import Cluster, Record, no_cluster
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.options import DEFAULT_WORKERS, DEFAULTS, Requested
from kubeskeptic.clusters.steps import Say, quiet
from kubeskeptic.clusters.store import alone
from kubeskeptic.configuration import DEFAULT_CLUSTER
from kubeskeptic.errors import BadInput, MissingRequirement

DEFAULT_NAME = DEFAULT_CLUSTER


def up(
    name: str = DEFAULT_NAME,
    kubernetes: str | None = None,
    workers: int | None = None,
    *,
    profile: str | None = None,
    proxy_mode: str | None = None,
    config: Path | None = None,
    images: str = "auto",
    addons: str | None = None,
    progress: Say = quiet,
) -> Cluster:
    """Ensure that a healthy cluster of ours exists, an existing or a new one. Engine and images are provided as needed.

    An existing cluster that is not healthy is deleted and recreated, if it is ours and not in use. An option that is None
    accepts what a healthy cluster has; a new cluster gets the default.

    :param kubernetes: version, such as ``v1.37.2``
    :param profile: Kubernetes' ``default`` settings, or ``quick`` ones with a short grace period for lost nodes
    :param proxy_mode: mode of kube-proxy, ``iptables`` or ``nftables``
    :param config: the user's own kind configuration; our node image and what the machine needs are added
    :param images: where images come from: ``build``, ``pull`` or ``auto``
    :param addons: names of addons to build and set up, ``all`` or ``none``; None for those that node images contain
    :param progress: accepts one line at a time
    :raises MissingRequirement: when the machine lacks something; says what to do
    :raises CommandFailed: when a step failed; says where its log is
    :raises BadInput: when a healthy cluster exists that was created with other options
    :raises Refused: when the cluster would be deleted but is foreign or in use; nothing has been changed then
    """
    cluster.check_name(name)
    asked = Requested(kubernetes, workers, profile, proxy_mode, config)
    asked.check()
    wanted_addons = addons_of.chosen(addons) if addons else None
    builder = Builder(progress)
    engine = engine_install.provide(builder.store, builder.progress)
    with alone(cluster.lock(name), say=progress, why=f"cluster {name}"):
        return _found_or_made(builder, engine, name, asked, images, wanted_addons, progress)


def _found_or_made(
    builder: Builder, engine: Engine, name: str, asked: Requested, images: str,
    wanted_addons: Sequence[Addon] | None, progress: Say,
) -> Cluster:  # fmt: skip
    wrong, record = _trouble(engine, name, asked)
    if wrong is None and record:
        found = _as_it_is(builder, engine, name, record, asked)
    else:
        progress(f"creating cluster {name}: {wrong}")
        made = options.completed(asked.given(), record.options if record else {})
        found = _anew(builder, engine, name, made, images, wanted_addons, str(wrong))
    if wanted_addons is not None or wrong:
        _set_up_addons(found, wanted_addons, progress)
    return found


def _anew(
    builder: Builder, engine: Engine, name: str, made: Mapping[str, str], images: str,
    wanted_addons: Sequence[Addon] | None, wrong: str,
) -> Cluster:  # fmt: skip
    """Create a cluster in place of an existing one that cannot be used.

    :raises Refused: when the existing cluster is foreign or in use
    """
    if engine.nodes(name):
        delete_guard.may_delete(name, wrong)
    source = node_source.choose(engine, made["kubernetes"] or None, images)
    return creation.make(builder, engine, name, source, made, wanted_addons)


def find(name: str = DEFAULT_NAME) -> Cluster | None:
    """Return our cluster with this name if all its nodes are running, or None. Nothing is changed, started or built.

    :raises BadInput: when its record is damaged
    """
    cluster.check_name(name)
    builder = Builder(quiet)
    engine, record = engine_install.find(builder.store), cluster.read_record(name)
    if engine is None or record is None or not cluster.kubeconfig(name).exists():
        return None
    containers = engine.nodes(name)
    if not containers or any(container.state != "running" for container in containers):
        return None
    return cluster.assemble(name, engine, containers, record)


def down(name: str = DEFAULT_NAME, *, engine: bool = False, progress: Say = quiet) -> None:
    """Delete a cluster of ours. A cluster that does not exist is no error.

    :param engine: also stop the engine that we started, whatever else is in it
    :raises Refused: when the cluster is foreign or in use, or another that would stop with the engine is in use; nothing has
        been changed then
    """
    cluster.check_name(name)
    builder = Builder(progress)
    running = engine_install.find(builder.store)
    with alone(cluster.lock(name), say=progress, why=f"cluster {name}"):
        there = bool(running and running.nodes(name))
        if there:
            delete_guard.may_delete(name, "as asked")
        if engine and running and running.own:
            delete_guard.may_stop(running)
        if running and there:
            kind.provide(builder, running).delete(name, cluster.kubeconfig(name))
        cluster.forget(name, deleted=running is not None)
    if engine:
        engine_install.stop()


def load_agent_image(target: Cluster) -> str:
    """Load the image of the agent's current sources into all nodes and return its name; quick when they have it."""
    built = target.image.startswith(f"{node_image.REPOSITORY}:")
    names = [node.name for node in target.nodes]
    return agents.load(Builder(quiet), target.engine, names, built=built)


def _trouble(engine: Engine, name: str, asked: Requested) -> tuple[str | None, Record | None]:
    """Return why a cluster cannot be used as it is (None when it can), and its record."""
    if not engine.nodes(name):
        return "there is none", None
    try:
        record = cluster.read_record(name)
    except BadInput:
        return "its record is damaged", None
    if record is None or not cluster.kubeconfig(name).exists():
        return "it was never finished", record
    if node_source.outdated(record.image, record.kubernetes):
        return "its nodes use another image", record
    # records of older versions do not contain the number of workers
    record = replace(record, options={"workers": str(asked.workers or DEFAULT_WORKERS), **record.options})
    names = cluster.node_names(name, int(record.options["workers"]))
    return health.trouble(engine, name, names, None if record.mixed else record.kubernetes), record


def _as_it_is(builder: Builder, engine: Engine, name: str, record: Record, asked: Requested) -> Cluster:
    """Return a healthy cluster, after loading the agent's current image.

    :raises BadInput: when it was created with options other than those requested
    """
    made = {**DEFAULTS, **record.options, "kubernetes": record.kubernetes}
    wrong = options.differences(asked.given(), made)
    if wrong:
        raise BadInput(
            f"cluster {name} exists and is healthy, with {wrong}; run `skeptic down --name {name}` first, or choose another "
            "--name"
        )
    special = options.description(record.options)
    builder.progress.say(f"cluster {name} exists and is healthy{f', with {special}' if special else ''}")
    built = record.image.startswith(f"{node_image.REPOSITORY}:")
    containers = engine.nodes(name)
    agent_image = agents.load(builder, engine, [node.name for node in containers], built=built)
    return creation.noted(engine, name, replace(record, agent_image=agent_image))


def _set_up_addons(target: Cluster, wanted: Sequence[Addon] | None, progress: Say) -> None:
    """Set up the addons in a list; without a list, those that run from the start, as far as they can be built."""
    built = target.image.startswith(f"{node_image.REPOSITORY}:")
    for addon in addons_of.needed(wanted, built=built):
        try:
            addons_of.load_addon(target, addon.name, progress=progress)
        except MissingRequirement as missing:
            if wanted is not None:
                raise
            progress(f"without {addon.name}: {missing}")


def exports(name: str) -> list[str]:
    """Return lines for a shell: ``KUBECONFIG``, ``DOCKER_HOST`` for our own engine, ``PATH`` if commands would be missing.

    :raises Untestable: when no cluster of ours with this name is running
    """
    found = find(name)
    if found is None:
        raise no_cluster(name)
    variables = {"KUBECONFIG": str(found.kubeconfig)}
    if "DOCKER_HOST" in found.engine.variables:
        variables["DOCKER_HOST"] = found.engine.variables["DOCKER_HOST"]
    lines = [f"export {variable}={shlex.quote(value)}" for variable, value in variables.items()]
    folders = [shlex.quote(str(folder)) for folder in _missing_commands(found)]
    path = os.pathsep.join([*folders, '"$PATH"'])
    return [*lines, f"export PATH={path}"] if folders else lines


def _missing_commands(found: Cluster) -> list[Path]:
    """Return our folders with docker and kubectl, as far as they exist and the path lacks these commands."""
    folders = []
    if not shutil.which("docker"):
        folders.append(Path(found.engine.client).parent)
    if not shutil.which("kubectl"):
        folders.append(Builder(quiet).store.place(components.kubernetes(found.kubernetes).recipe))
    return [folder for folder in folders if folder.is_absolute() and folder.is_dir()]
