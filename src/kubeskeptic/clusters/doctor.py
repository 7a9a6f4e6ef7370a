"""Checks of everything that ``skeptic up`` depends on. Nothing is changed, started or built."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kubeskeptic import paths, process
from kubeskeptic.clusters import cluster, delete_guard, engine_install, health, kind, node_source
from kubeskeptic.clusters.builds import components, node_image, roots
from kubeskeptic.clusters.debian import mirror
from kubeskeptic.clusters.engine import CLUSTER_LABEL, Engine
from kubeskeptic.clusters.machine import Diagnosis, Level, inotify_shortage, judge, look
from kubeskeptic.clusters.node_source import DEFAULT_VERSION
from kubeskeptic.clusters.options import DEFAULT_WORKERS
from kubeskeptic.clusters.steps import quiet
from kubeskeptic.clusters.store import Recipe, Store
from kubeskeptic.counting import agreeing, counted
from kubeskeptic.durations import REGISTRY_ANSWERS, Patience
from kubeskeptic.errors import BadInput, CommandFailed, MissingRequirement, SkepticError

SOURCE_ANSWERS = Patience(2 * REGISTRY_ANSWERS)


def examine(name: str) -> list[Diagnosis]:
    """Return diagnoses of the machine, the engine, the images and their sources, and of leftovers."""
    store = Store(paths.cache() / "builds", quiet)
    engine = engine_install.find(store)
    cached = engine is not None and engine.has_image(node_image.tag(DEFAULT_VERSION))
    found = [*judge(look()), *_room(engine, name), _engine(engine), _kind(engine), _images(store, cached=cached)]
    with ThreadPoolExecutor(3) as pool:
        sources = [
            pool.submit(_registry, engine),
            pool.submit(_source, "Debian mirror", _ask_mirror, needed=not cached),
            pool.submit(_source, "Go modules", _ask_modules, needed=not cached),
        ]
        found += [source.result() for source in sources]
    if any(diagnosis.what == "image registry" and diagnosis.level is Level.OK for diagnosis in found):
        # images are then pulled, and the requirements of building do not apply
        found = [_softened(diagnosis) for diagnosis in found]
    return [*found, *_leftovers(engine, name)]


def _room(engine: Engine | None, name: str) -> list[Diagnosis]:
    """Return a failure when the cluster does not exist yet and does not fit beside what is already running."""
    if engine is not None and engine.nodes(name):
        return []
    seen = look()
    shortage = inotify_shortage(seen, DEFAULT_WORKERS + 1)
    return [Diagnosis(Level.FAIL if seen.nodes_seen else Level.WARN, "room", shortage)] if shortage else []


def _engine(engine: Engine | None) -> Diagnosis:
    if engine is None:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            return Diagnosis(
                Level.OK, "engine", "none answers; `skeptic up` installs one from Debian packages and starts it"
            )
        why = engine_install.refusal()
        return Diagnosis(
            Level.FAIL, "engine", why or "none answers; start Docker, or run `skeptic up` as root on Debian"
        )
    facts = engine.info()
    whose = "our own" if engine.own else "the machine's"
    says = f"{whose} {facts.get('ServerVersion')}, storage {facts.get('Driver')}, cgroup driver {facts.get('CgroupDriver')}"
    try:
        engine_install.refuse_rootless(engine)
    except MissingRequirement as rootless:
        return Diagnosis(Level.FAIL, "engine", f"{says}; {rootless}")
    return Diagnosis(Level.OK, "engine", says)


def _kind(engine: Engine | None) -> Diagnosis:
    if engine is None:
        return Diagnosis(Level.OK, "kind", "not checked, because no engine runs; one comes with the engine of our own")
    cgroups = str(engine.info().get("CgroupVersion"))
    program = kind.usable(engine, cgroups)
    if program:
        return Diagnosis(Level.OK, "kind", f"{program}, version {'.'.join(map(str, kind.version(program)))}")
    if shutil.which("go"):
        return Diagnosis(Level.OK, "kind", f"{kind.lack(cgroups)}; `skeptic up` builds one from its Go module")
    return Diagnosis(Level.FAIL, "kind", f"{kind.lack(cgroups)}; {kind.HOW_TO_GET_ONE}")


def _images(store: Store, *, cached: bool) -> Diagnosis:
    if cached:
        return Diagnosis(Level.OK, "images", f"the node image of {DEFAULT_VERSION} is present")
    parts: list[Recipe] = [build.recipe for build in (components.kubernetes(DEFAULT_VERSION), components.provisioner())]
    missing = [part.name for part in (*parts, roots.NODE_ROOT) if not store.has(part)]
    if not missing:
        return Diagnosis(Level.OK, "images", "all parts are built; assembling the node image takes half a minute")
    return Diagnosis(Level.OK, "images", f"to be pulled or built ({', '.join(missing)}: up to 15 min on two cores)")


def _registry(engine: Engine | None) -> Diagnosis:
    if engine is None:
        return Diagnosis(Level.OK, "image registry", "not checked, because no engine runs; it is not required")
    if node_source.registry_answers(engine):
        return Diagnosis(Level.OK, "image registry", "answers; images are pulled")
    return Diagnosis(
        Level.WARN, "image registry", "does not answer; images are built from Go modules and Debian packages"
    )


def _source(what: str, ask: Callable[[], str], *, needed: bool) -> Diagnosis:
    try:
        return Diagnosis(Level.OK, what, ask())
    except SkepticError as error:
        says = f"{str(error).splitlines()[0][:300]}; required to build images"
        return Diagnosis(
            Level.FAIL if needed else Level.WARN, what, says if needed else f"{says}, which are built already"
        )


def _ask_mirror() -> str:
    source = mirror()
    with tempfile.TemporaryDirectory() as folder:
        for suite in (engine_install.NEW_SUITE, engine_install.OLD_SUITE):
            release = f"{source.address}/dists/{suite}/InRelease"
            # apt's own helper uses apt's proxy and credentials
            command = ["/usr/lib/apt/apt-helper", "download-file", release, str(Path(folder) / suite)]
            process.run(command, patience=SOURCE_ANSWERS)
    return f"answers for {engine_install.NEW_SUITE} and {engine_install.OLD_SUITE}"


def _ask_modules() -> str:
    go = process.run(["go", "env", "GOVERSION"]).strip()
    module = components.kind()
    process.run(["go", "list", "-m", f"{module.module}@{module.version}"], patience=SOURCE_ANSWERS, cwd=Path("/"))
    return f"the module proxy answers; {go}"


def _softened(diagnosis: Diagnosis) -> Diagnosis:
    if diagnosis.level is Level.FAIL and diagnosis.what in {"Debian mirror", "Go modules"}:
        return Diagnosis(Level.WARN, diagnosis.what, diagnosis.says)
    return diagnosis


def _leftovers(engine: Engine | None, name: str) -> list[Diagnosis]:
    found = [_unfinished()]
    if engine is None:
        if cluster.folder(name).exists():
            found.append(Diagnosis(Level.WARN, f"cluster {name}", "its engine is gone; `skeptic up` recreates it"))
        return found
    nodes = engine.containers(CLUSTER_LABEL)
    found += [
        _cluster(engine, each, asked=each == name) for each in sorted({node.labels[CLUSTER_LABEL] for node in nodes})
    ]
    builds = engine.named(node_image.BUILDING)
    if builds:
        says = (
            f"{counted(len(builds), 'build container')}; the next build removes {agreeing(len(builds), 'it', 'them')}"
        )
        found.append(Diagnosis(Level.WARN, "leftovers", says))
    return found


def _cluster(engine: Engine, name: str, *, asked: bool) -> Diagnosis:
    """Return the diagnosis of one kind cluster.

    :param asked: whether it is the cluster that ``skeptic up`` would bring up
    """
    about = f"cluster {name}"
    if not cluster.begun(name):
        says = "not ours: `skeptic up` and `skeptic down` leave it alone"
        return (
            Diagnosis(Level.FAIL, about, f"{says}; choose another --name")
            if asked
            else Diagnosis(Level.OK, about, says)
        )
    workers = len(engine.nodes(name)) - 1
    version, trouble = _version_and_trouble(engine, name, workers)
    if not trouble:
        return Diagnosis(Level.OK, about, f"healthy, Kubernetes {version}, {counted(workers, 'worker')}")
    used = delete_guard.in_use(name)
    if used:
        return Diagnosis(
            Level.FAIL if asked else Level.WARN, about, f"{trouble}; `skeptic up` would recreate it, but {used}"
        )
    return Diagnosis(Level.WARN, about, f"{trouble}; `skeptic up --name {name}` recreates it")


def _version_and_trouble(engine: Engine, name: str, workers: int) -> tuple[str, str | None]:
    try:
        record = cluster.read_record(name)
        if record is None:
            return "", "never finished"
        names = cluster.node_names(name, workers)
        if node_source.outdated(record.image, record.kubernetes):
            return "", "its nodes use another image"
        return record.kubernetes, health.trouble(engine, name, names, None if record.mixed else record.kubernetes)
    except BadInput:
        return "", "its record is damaged"
    except (CommandFailed, MissingRequirement) as error:
        return "", str(error)


def _unfinished() -> Diagnosis:
    left = [path for path in (paths.cache() / "builds").glob(".*-*") if path.is_dir()]
    if left:
        says = f"{counted(len(left), 'interrupted or running build')}; the next build of each removes it"
        return Diagnosis(Level.WARN, "leftovers", says)
    return Diagnosis(Level.OK, "leftovers", "no interrupted build")
