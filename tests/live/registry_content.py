"""What the registry of the test host has: a node image and a Python image, made of what our own images are made of.

The registry itself is Debian's. It is filled once, in one to two minutes on two busy cores when our own node image is there,
and kept in the cache.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubeskeptic.clusters import engine_install
from kubeskeptic.clusters.builds import node_image, roots
from kubeskeptic.clusters.builds.agent_image import AgentImage
from kubeskeptic.clusters.builds.builder import Builder
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.node_source import DEFAULT_VERSION
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import COMMAND, IMAGE, PACKAGES
from kubeskeptic.waiting import NotYet, until

from .laptop import REGISTRY

NETWORK = Path(__file__).with_name("laptop_cni.yaml")
PYTHON = ('CMD ["python3"]', "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin")


def provide(builder: Builder) -> Path:
    """The folder with ``docker-registry`` and its ``data``, filled when it is not there."""
    engine = engine_install.provide(builder.store, builder.progress)
    network = hashlib.sha256(NETWORK.read_bytes()).hexdigest()
    recipe = Recipe("test-registry", DEFAULT_VERSION, (node_image.tag(DEFAULT_VERSION), network, "1"))
    node = node_image.provide(builder, engine, DEFAULT_VERSION)
    root, base = builder.node_root(), AgentImage(builder).base_reference
    builder.packages.fetch(["docker-registry"], Step("registry", Path("/dev/null")))

    def build(into: Path, step: Step) -> None:
        builder.packages.unpack(["docker-registry"], into / "tool", step)
        shutil.move(into / "tool/usr/bin/docker-registry", into / "docker-registry")
        shutil.rmtree(into / "tool")
        with _serving(into) as address:
            _push(engine, _node(engine, into, node, base), f"{address}/kindest/node:{DEFAULT_VERSION}")
            _push(engine, _python(builder, engine, into, root, step), f"{address}/library/python:3.11-slim")

    return builder.make(recipe, 180, build)


@contextmanager
def _serving(into: Path) -> Iterator[str]:
    """The registry on a free port of loopback, as its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = into / "registry.yaml"
    settings.write_text(REGISTRY % (into / "data", f"127.0.0.1:{port}"))
    with subprocess.Popen(
        [str(into / "docker-registry"), "serve", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as served:
        try:
            until(lambda: _listens(port), COMMAND, what="the registry to listen")
            yield f"127.0.0.1:{port}"
        finally:
            served.terminate()
    settings.unlink()


def _listens(port: int) -> bool | NotYet:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0 or NotYet("refused")


def _push(engine: Engine, made: str, target: str) -> None:
    """Push an image under a name, and remove both names."""
    engine.call("tag", made, target)
    try:
        engine.call("push", "--quiet", target, patience=IMAGE)
    finally:
        engine.remove_image(target)
        engine.remove_image(made)


def _node(engine: Engine, into: Path, image: str, base: str) -> str:
    """Our node image with a network that is a DaemonSet, as kind's own images have one."""
    manifest = into / "default-cni.yaml"
    manifest.write_text(NETWORK.read_text(encoding="utf-8").replace("@AGENT_BASE@", base))
    container = engine.run("--network", "none", "--name", f"{node_image.BUILDING}registry", "--entrypoint", "sleep",
                           image, "infinity")  # fmt: skip
    try:
        engine.copy(manifest, container, "/kind/manifests/default-cni.yaml")
        engine.commit(container, "kubeskeptic/test-node:latest", node_image.STARTS)
    finally:
        engine.remove(container)
        manifest.unlink()
    return "kubeskeptic/test-node:latest"


def _python(builder: Builder, engine: Engine, into: Path, base: Path, step: Step) -> str:
    """A Debian with Python in which apt has nothing to fetch, as everything that the agent's image installs is there."""
    root, python = into / "root", into / "python"
    for folder in (root, python):
        folder.mkdir()
    step.run(["tar", "-C", str(root), "-xf", str(base)], patience=PACKAGES)
    roots.unpacked(python, builder.packages, roots.PYTHON_PACKAGES, step)
    for ours in ("etc/passwd", "etc/group"):
        (python / ours).unlink()
    roots.merge(python, root)
    (root / "usr/bin/python3").unlink(missing_ok=True)
    (root / "usr/bin/python3").symlink_to("python3.11")
    for place in ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):
        (root / place).mkdir(parents=True, exist_ok=True)
    for sources in (root / "etc/apt/sources.list", *(root / "etc/apt/sources.list.d").glob("*")):
        sources.write_text("", encoding="utf-8")
    archive = into / "python.tar"
    step.run(["tar", "--numeric-owner", "-C", str(root), "-cf", str(archive), "."], patience=PACKAGES)
    engine.import_root(archive, "kubeskeptic/test-python:latest", PYTHON)
    for folder in (root, python):
        shutil.rmtree(folder)
    archive.unlink()
    return "kubeskeptic/test-python:latest"
