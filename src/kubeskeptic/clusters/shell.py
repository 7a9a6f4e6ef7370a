"""What a shell needs for manual access to a cluster: its kubeconfig, the engine's socket, commands missing from the path."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from kubeskeptic import clusters
from kubeskeptic.clusters.builds import components
from kubeskeptic.clusters.builds.workshop import Workshop
from kubeskeptic.clusters.cluster import Cluster
from kubeskeptic.clusters.steps import quiet


def exports(name: str) -> list[str]:
    """Return lines for a shell: ``KUBECONFIG``, ``DOCKER_HOST`` for our own engine, ``PATH`` if commands would be missing.

    :raises Untestable: when no cluster of ours with this name is running
    """
    found = clusters.find(name)
    if found is None:
        raise clusters.no_cluster(name)
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
        folders.append(Workshop(quiet).store.place(components.kubernetes(found.kubernetes).recipe))
    return [folder for folder in folders if folder.is_absolute() and folder.is_dir()]
