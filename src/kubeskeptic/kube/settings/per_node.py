"""Settings with a value for each node, and the nodes on which they could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kubeskeptic.errors import SkepticError
from kubeskeptic.settings import Setting


class IntoNodes(Protocol):
    """The part of :class:`~kubeskeptic.node_access.NodeAccess` that reading settings needs."""

    @property
    def curl(self) -> tuple[str, ...]:
        """The beginning of a command line that requests URLs in a node."""

    def run(self, node: str, argv: list[str]) -> str:
        """Run a command in a node and return its standard output."""


@dataclass(frozen=True)
class Unread:
    """A setting that could not be read, on all nodes or on some."""

    name: str
    reason: str


Found = Iterator[Setting | Unread]
MALFORMED = (ValueError, KeyError, TypeError, AttributeError)
"""The errors that a response of an unexpected shape causes."""


def ask_each(nodes: Iterable[str], ask: Callable[[str], Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Ask every node; return the answers by node, and by node the reasons for missing answers."""
    answers: dict[str, Any] = {}
    silent: dict[str, str] = {}
    for node in nodes:
        try:
            answers[node] = ask(node)
        except (SkepticError, *MALFORMED) as why:
            silent[node] = in_words(why)
    return answers, silent


def of_nodes(name: str, values: Mapping[str, float], silent: Mapping[str, str], source: str, unit: str = "s") -> Found:
    """Yield one setting of several nodes, and where it could not be read.

    :param values: by node
    :param silent: why it could not be read, by node
    :param source: where it was read, for human readers
    """
    if values:
        yield Setting(name, max(values.values()), f"{source} ({_said(values)})", unit, dict(values))
    if silent or not values:
        reasons = "; ".join(f"{node}: {why}" for node, why in silent.items()) or "the cluster has no node"
        yield Unread(name, f"{source} could not be read on {reasons}")


def in_words(why: Exception) -> str:
    """Return an error as part of a sentence; errors other than SkepticError are prefixed with their type."""
    return str(why) if isinstance(why, SkepticError) else f"unexpected shape, {type(why).__name__}: {why}"


def _said(values: Mapping[str, float]) -> str:
    """Return ``10 on every node``, or each value with its nodes."""
    nodes: dict[float, list[str]] = {}
    for node, value in sorted(values.items()):
        nodes.setdefault(value, []).append(node)
    if len(nodes) == 1:
        return f"{next(iter(nodes)):g} on every node" if len(values) > 1 else f"{next(iter(values))}"
    return "; ".join(f"{value:g} on {', '.join(some)}" for value, some in sorted(nodes.items()))
