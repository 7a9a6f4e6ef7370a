"""What need not be said on every command line: the environment, and ``[tool.kubeskeptic]`` in ``pyproject.toml``.

::

    command line  ▶  KUBESKEPTIC_CONTEXT=staging  ▶  [tool.kubeskeptic] context = "staging"  ▶  default

The first that has a value counts, setting by setting. ``cluster`` and ``context`` both say which cluster: the first place that
has either decides, so that a configured context is never asked when a cluster is named on the command line. The table is that
of the nearest ``pyproject.toml`` that has one, from the current folder upwards; its paths are relative to the file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubeskeptic import paths
from kubeskeptic.errors import BadInput

DEFAULT_CLUSTER = "kubeskeptic"
PROFILES = ("default", "quick")
"""Settings of clusters that ``skeptic up`` makes."""
SETTINGS = {
    "cluster": "our own kind cluster of this name",
    "context": "another cluster, which `skeptic adopt` has prepared",
    "kubeconfig": "the file that has the context",
    "agent-image": "with a context: the agent's image under a name that its nodes can pull",
    "profile": "for `skeptic up`: default or quick",
    "reports": "the folder for runs",
}
"""What can be configured, with its meaning."""
TABLE = "[tool.kubeskeptic]"
_PATHS = ("kubeconfig", "reports")
_WHICH = ("cluster", "context")


@dataclass(frozen=True)
class Configured:
    """Settings that are in force.

    :param cluster: name of our own kind cluster, the default one where neither it nor a context is configured
    :param context: empty for our own cluster
    :param kubeconfig: None for those that kubectl reads
    :param agent_image: empty when it is not configured
    :param profile: None for what a cluster that is there has
    :param reports: None for the usual folder
    """

    cluster: str
    context: str
    kubeconfig: Path | None
    agent_image: str
    profile: str | None
    reports: Path | None


def variable(name: str) -> str:
    """Return the environment variable of a setting: ``KUBESKEPTIC_AGENT_IMAGE`` for ``agent-image``."""
    return f"KUBESKEPTIC_{name.upper().replace('-', '_')}"


def configured(here: Path | None = None, **given: str | Path | None) -> Configured:
    """Return the settings in force.

    :param here: where to look for ``pyproject.toml``; the current folder when left out
    :param given: what the command line says, by the names of :class:`Configured`; None or empty for what it does not say
    :raises BadInput: in one sentence, for a setting that does not exist, or a value that makes no sense
    """
    told: dict[str, str | Path] = {name.replace("_", "-"): value for name, value in given.items() if value}
    found: dict[str, str | Path] = {}
    for place in (told, _environment(), _table((here or Path.cwd()).resolve())):
        decided = any(name in found for name in _WHICH)
        found |= {
            name: value
            for name, value in place.items()
            if name not in found and not (decided and name in _WHICH)
        }  # fmt: skip
    return Configured(
        str(found.get("cluster", DEFAULT_CLUSTER)),
        str(found.get("context", "")),
        Path(found["kubeconfig"]) if "kubeconfig" in found else None,
        str(found.get("agent-image", "")),
        str(found["profile"]) if "profile" in found else None,
        Path(found["reports"]) if "reports" in found else None,
    )


def cluster_name() -> str:
    """Return the name of our own cluster that is meant when none is given."""
    return configured().cluster


def reports() -> Path:
    """Return the folder in which runs are found: the configured one, else as :func:`~kubeskeptic.paths.reports` finds it."""
    return configured().reports or paths.reports()


def _environment() -> dict[str, str | Path]:
    """Return what the environment says; an empty variable says nothing."""
    said = {name: os.environ[variable(name)] for name in SETTINGS if os.environ.get(variable(name))}
    return _checked(said, Path.cwd(), {name: variable(name) for name in said})


def _table(here: Path) -> dict[str, str | Path]:
    """Return what the nearest table says, none being there included."""
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        if (said := _read(file)) is not None:
            return _checked(said, folder, {name: f"{name} in {TABLE} of {file}" for name in said})
    return {}


def _read(file: Path) -> Mapping[str, Any] | None:
    """Return the table of a file; None when the file is not there, or has none."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from error
    table = told.get("tool", {}).get("kubeskeptic")
    if table is not None and not isinstance(table, dict):
        raise BadInput(f"tool.kubeskeptic in {file} has to be a table, {TABLE}, not {table!r}")
    return table


def _checked(said: Mapping[str, Any], folder: Path, names: Mapping[str, str]) -> dict[str, str | Path]:
    """Return one place's settings, with paths made absolute.

    :param folder: what paths are relative to
    :param names: how each setting is called there
    """
    for name, value in said.items():
        if name not in SETTINGS:
            raise BadInput(f"{names[name]} is not a setting; the settings are {', '.join(SETTINGS)}")
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"{names[name]} has to be a text that is not empty ({SETTINGS[name]}), not {value!r}")
    if all(name in said for name in _WHICH):
        raise BadInput(f"{names['cluster']} and {names['context']} both name a cluster; remove one of them")
    if said.get("profile", PROFILES[0]) not in PROFILES:
        raise BadInput(f"{names['profile']} has to be one of {', '.join(PROFILES)}, not {said['profile']!r}")
    return {name: folder / Path(value).expanduser() if name in _PATHS else value for name, value in said.items()}
