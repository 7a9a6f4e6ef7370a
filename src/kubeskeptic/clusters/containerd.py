"""The containerd of a node, or of a container in which the node image is built: listing and importing its images."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.steps import Step
from kubeskeptic.durations import COMMAND, IMAGE
from kubeskeptic.errors import CommandFailed
from kubeskeptic.waiting import until

CTR = ("ctr", "--namespace", "k8s.io")
"""containerd's own command, in the namespace that the kubelet uses."""


def images_of(engine: Engine, node: str) -> list[str]:
    """Return the names of the images in a node's containerd, which may still be starting."""

    def listed() -> list[str]:
        """Return the names."""
        return engine.exec(node, [*CTR, "images", "list", "--quiet"]).split()

    return until(listed, COMMAND, what=f"containerd of {node}", tolerate=(CommandFailed,))


def take_in(engine: Engine, node: str, archive: Path, step: Step, *extra: str) -> None:
    """Import an image into a node's containerd, where the kubelet finds it; ``extra`` are options for ``ctr``."""
    words = [*CTR, "images", "import", "--label", "io.cri-containerd.image=managed", *extra, "-"]
    step.run(engine.argv("exec", "-i", node, *words), stdin=archive, env=engine.environment(), patience=IMAGE)
