"""What a shell needs to reach a cluster by hand: its kubeconfig, the engine's socket, the commands that are not on the path."""

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
from kubeskeptic.errors import BadInput


def exports(name: str) -> list[str]:
    """Lines for a shell: ``KUBECONFIG``, ``DOCKER_HOST`` for an engine of our own, ``PATH`` where commands would be missing.

    :raises BadInput: when there is no cluster of ours with this name that runs
    """
    found = clusters.find(name)
    if found is None:
        raise BadInput(f"no cluster {name} of ours runs; `skeptic up --name {name}` makes it")
    variables = {"KUBECONFIG": str(found.kubeconfig)}
    if "DOCKER_HOST" in found.engine.variables:
        variables["DOCKER_HOST"] = found.engine.variables["DOCKER_HOST"]
    lines = [f"export {variable}={shlex.quote(value)}" for variable, value in variables.items()]
    folders = [shlex.quote(str(folder)) for folder in _missing_commands(found)]
    path = os.pathsep.join([*folders, '"$PATH"'])
    return [*lines, f"export PATH={path}"] if folders else lines


def _missing_commands(found: Cluster) -> list[Path]:
    """Folders with docker and kubectl, as far as the path has none and we have."""
    folders = []
    if not shutil.which("docker"):
        folders.append(Path(found.engine.client).parent)
    if not shutil.which("kubectl"):
        folders.append(Workshop(quiet).store.place(components.kubernetes(found.kubernetes).recipe))
    return [folder for folder in folders if folder.is_absolute() and folder.is_dir()]
