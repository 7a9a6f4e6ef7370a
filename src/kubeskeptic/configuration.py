"""Configuration that need not be repeated on every command line: the environment, and ``[tool.kubeskeptic]`` in
``pyproject.toml``.

::

    command line  ▶  KUBESKEPTIC_CONTEXT=staging  ▶  [tool.kubeskeptic] context = "staging"  ▶  default

For each setting, the first place with a value counts. ``cluster`` and ``context`` both select the cluster, so the first place
that has either of them decides: a configured context is never used if the command line names a cluster. The table is taken from
the nearest ``pyproject.toml`` that contains one, from the current folder upwards; its paths are relative to that file.
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
"""Profiles of the clusters that ``skeptic up`` creates."""
SETTINGS = {
    "cluster": "our own kind cluster of this name",
    "context": "another cluster, which `skeptic adopt` has prepared",
    "kubeconfig": "the file that has the context",
    "agent-image": "with a context: the agent's image under a name that its nodes can pull",
    "profile": "for `skeptic up`: default or quick",
    "reports": "the folder for runs",
}
"""The settings that can be configured, with their meaning."""
TABLE = "[tool.kubeskeptic]"
_PATHS = ("kubeconfig", "reports")
_WHICH = ("cluster", "context")


@dataclass(frozen=True)
class Configured:
    """The settings in force.

    :param cluster: name of our own kind cluster; the default name if neither a cluster nor a context is configured
    :param context: empty for our own cluster
    :param kubeconfig: None for the files that kubectl reads
    :param agent_image: empty if not configured
    :param profile: None to keep the profile of an existing cluster
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

    :param here: where to look for ``pyproject.toml``; by default the current folder
    :param given: values from the command line, under the names of :class:`Configured`; None or empty if not given there
    :raises BadInput: in one sentence, for an unknown setting, an invalid value, or a cluster and a context in one place
    """
    told: dict[str, str | Path] = {name.replace("_", "-"): value for name, value in given.items() if value}
    _one_cluster(told, {name: f"--{name}" for name in told})
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
    """Return the name of our own cluster to use if none is given."""
    return configured().cluster


def reports() -> Path:
    """Return the folder of the runs: the configured one, else the one found by :func:`~kubeskeptic.paths.reports`."""
    return configured().reports or paths.reports()


def _environment() -> dict[str, str | Path]:
    """Return the settings from the environment; empty variables are ignored."""
    said = {name: os.environ[variable(name)] for name in SETTINGS if os.environ.get(variable(name))}
    return _checked(said, Path.cwd(), {name: variable(name) for name in said})


def _table(here: Path) -> dict[str, str | Path]:
    """Return the settings from the nearest table; none if there is no table."""
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        if (said := _read(file)) is not None:
            return _checked(said, folder, {name: f"{name} in {TABLE} of {file}" for name in said})
    return {}


def _read(file: Path) -> Mapping[str, Any] | None:
    """Return the table of a file; None if the file does not exist or has no table."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from error
    table = told.get("tool", {}).get("kubeskeptic")
    if table is not None and not isinstance(table, dict):
        raise BadInput(f"tool.kubeskeptic in {file} must be a table, {TABLE}, not {table!r}")
    return table


def _checked(said: Mapping[str, Any], folder: Path, names: Mapping[str, str]) -> dict[str, str | Path]:
    """Return the settings from one place, with paths made absolute.

    :param folder: the folder that paths are relative to
    :param names: the name of each setting in that place
    """
    for name, value in said.items():
        if name not in SETTINGS:
            raise BadInput(f"{names[name]} is not a setting; the settings are {', '.join(SETTINGS)}")
        if not isinstance(value, str) or not value.strip():
            raise BadInput(f"{names[name]} must be a non-empty string ({SETTINGS[name]}), not {value!r}")
    _one_cluster(said, names)
    if said.get("profile", PROFILES[0]) not in PROFILES:
        raise BadInput(f"{names['profile']} must be one of {', '.join(PROFILES)}, not “{said['profile']}”")
    return {name: folder / Path(value).expanduser() if name in _PATHS else value for name, value in said.items()}


def _one_cluster(said: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Raise BadInput when one place has both a cluster and a context."""
    if all(name in said for name in _WHICH):
        raise BadInput(f"{names['cluster']} and {names['context']} both name a cluster; remove one of them")
