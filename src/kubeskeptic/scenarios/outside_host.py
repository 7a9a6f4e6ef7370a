"""A host outside the cluster, next to its nodes: a container that is not a node and has no route to pods."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kubeskeptic import objects
from kubeskeptic.agent.outcomes import Outcome
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.durations import PROBE_DEADLINE
from kubeskeptic.errors import CommandFailed
from kubeskeptic.scenarios.stage import Stage

LASTS = 300
"""Seconds after which the container exits and is removed, even if the run has died."""
NETWORK = "kind"
"""The container engine's network of the nodes of a kind cluster."""
TOO_LATE = 124
"""Exit status of timeout(1) when the time is up."""

_ASK = """
exec timeout "$3" bash -c 'exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3' bash "$1" "$2"
"""
_SAID = {
    "Connection refused": Outcome.REFUSED,
    "Network is unreachable": Outcome.UNREACHABLE,
    "No route to host": Outcome.UNREACHABLE,
    "Connection reset": Outcome.RESET,
}


@dataclass(frozen=True)
class OutsideHost:
    """A running container that sends requests."""

    engine: Engine
    name: str

    def ask(self, host: str, port: int) -> Outcome:
        """Send an HTTP request on a new connection, and return the outcome: ``ok`` when a workload answered."""
        try:
            said = self._run("bash", "-c", _ASK, "bash", host, str(port), f"{PROBE_DEADLINE:g}")
        except CommandFailed as failed:
            if failed.status == TOO_LATE:
                return Outcome.TIMEOUT
            return next((outcome for words, outcome in _SAID.items() if words in failed.output), Outcome.UNKNOWN)
        return Outcome.OK if _names_a_pod(said) else Outcome.WRONG

    @contextmanager
    def routes(self, nodes: Iterable[Mapping[str, Any]]) -> Iterator[None]:
        """Add a route to the pods of every node; the routes are gone with the container.

        :param nodes: Node objects
        """
        for node in nodes:
            self._run("ip", "route", "replace", node["spec"]["podCIDR"], "via", objects.internal_ip(node))
        yield

    def _run(self, *argv: str) -> str:
        return self.engine.call("exec", self.name, *argv)


def outside_host(stage: Stage) -> OutsideHost:
    """Return a handle to the outside host, which :func:`started` starts."""
    return OutsideHost(stage.run.cluster.engine, f"skeptic-{stage.run.id}-outside")


@contextmanager
def started(stage: Stage) -> Iterator[OutsideHost]:
    """Start the outside host without a default route, and remove it at the end.

    :raises MissingRequirement: when the cluster's nodes are not containers on this machine
    """
    one = outside_host(stage)
    one.engine.run(
        "--rm", "--name", one.name, "--network", NETWORK, "--cap-add", "NET_ADMIN", "--entrypoint", "sleep",
        stage.run.cluster.image, str(LASTS),
    )  # fmt: skip
    try:
        one.engine.call("exec", one.name, "ip", "route", "del", "default")
        yield one
    finally:
        one.engine.remove(one.name)


def _names_a_pod(answer: str) -> bool:
    try:
        return bool(json.loads(answer.partition("\r\n\r\n")[2])["pod"])
    except (ValueError, KeyError, TypeError):
        return False
