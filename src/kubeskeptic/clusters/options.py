"""Options of a cluster: the requested options, compared with those of an existing cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kubeskeptic.clusters import kind
from kubeskeptic.clusters.builds import components
from kubeskeptic.configuration import PROFILES
from kubeskeptic.errors import BadInput

DEFAULT_WORKERS = 3
DEFAULTS = {
    "kubernetes": "",
    "workers": str(DEFAULT_WORKERS),
    "profile": "default",
    "proxy mode": "iptables",
    "config": "",
}
"""Default values by name; an empty Kubernetes version stands for our default or the version that kind pins."""


@dataclass(frozen=True)
class Requested:
    """Options of ``skeptic up``; None stands for the value of an existing cluster, or else the default.

    :param kubernetes: version, such as ``v1.37.2``
    :param profile: one of :data:`~kubeskeptic.configuration.PROFILES`
    :param proxy_mode: one of :data:`~kubeskeptic.clusters.kind.PROXY_MODES`
    :param config: the user's own kind configuration, which names the nodes
    """

    kubernetes: str | None = None
    workers: int | None = None
    profile: str | None = None
    proxy_mode: str | None = None
    config: Path | None = None

    def check(self) -> None:
        """Raise BadInput for a value that our own clusters do not support."""
        if self.kubernetes is not None:
            components.kubernetes(self.kubernetes)
        if self.workers is not None and not 1 <= self.workers <= 20:
            raise BadInput(f"--workers must be from 1 to 20, not {self.workers}")
        if self.config and self.workers is not None:
            raise BadInput("--config lists the nodes; remove --workers")
        for name, value, allowed in (
            ("profile", self.profile, PROFILES),
            ("proxy-mode", self.proxy_mode, kind.PROXY_MODES),
        ):
            if value is not None and value not in allowed:
                raise BadInput(f"--{name} is one of {', '.join(allowed)}, not “{value}”")

    def given(self) -> dict[str, str]:
        """Return the options that are not None, by the names of :data:`DEFAULTS`."""
        values = {
            "kubernetes": self.kubernetes,
            "workers": None if self.workers is None else str(self.workers),
            "profile": self.profile,
            "proxy mode": self.proxy_mode,
            "config": fingerprint(self.config) if self.config else None,
        }
        return {name: value for name, value in values.items() if value is not None}


def fingerprint(config: Path) -> str:
    """Return a configuration's path and a hash of its content in one line, as recorded.

    :raises BadInput: when the file cannot be read
    """
    try:
        content = hashlib.sha256(config.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise BadInput(f"the kind configuration {config} cannot be read: {error}") from error
    return f"{config.resolve()} {content}"


def differences(given: Mapping[str, str], made: Mapping[str, str]) -> str:
    """Return in words how a cluster differs from the given options; empty when it does not."""
    wrong = [(name, value) for name, value in given.items() if made[name] != value]
    if not wrong:
        return ""
    has = ", ".join(f"{name} {made[name] or 'as by default'}" for name, _ in wrong)
    return f"{has}, not {', '.join(f'{name} {value}' for name, value in wrong)}"


def description(made: Mapping[str, str]) -> str:
    """Return in words the options that differ from the defaults; empty when none does."""
    return ", ".join(f"{name} {value}" for name, value in made.items() if value != DEFAULTS[name])


def completed(given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """Return all options of a cluster to be created.

    :param before: options of the cluster that it replaces, if any; the given options take precedence
    :raises BadInput: when the configuration file cannot be used
    """
    made = {**DEFAULTS, **before, **given}
    if "workers" in given:
        made["config"] = ""
    if made["config"]:
        config = configuration(made)
        mode = str((config.get("networking") or {}).get("kubeProxyMode", DEFAULTS["proxy mode"]))
        made |= {"workers": str(kind.workers(config)), "proxy mode": given.get("proxy mode", mode)}
    return made


def configuration(made: Mapping[str, str]) -> kind.Configuration:
    """Return the kind configuration on which the options are based: the user's file, or one with the number of workers."""
    if made["config"]:
        return kind.of_file(Path(made["config"].rpartition(" ")[0]))
    return kind.default(int(made["workers"]))
