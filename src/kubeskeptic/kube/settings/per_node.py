"""Settings that each node has for itself: one value for every node, and what could not be read on which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kubeskeptic.errors import SkepticError
from kubeskeptic.settings import Setting


class IntoNodes(Protocol):
    """What reading needs of the way into nodes: see :class:`~kubeskeptic.node_access.NodeAccess`."""

    @property
    def curl(self) -> tuple[str, ...]:
        """The beginning of a command line that asks URLs in a node."""

    def run(self, node: str, argv: list[str]) -> str:
        """Run a command in a node and return its standard output."""


@dataclass(frozen=True)
class Unread:
    """A setting that could not be read, on all nodes or on some."""

    name: str
    reason: str


Found = Iterator[Setting | Unread]
MALFORMED = (ValueError, KeyError, TypeError, AttributeError)
"""What an answer of an unexpected shape comes to."""


def ask_each(nodes: Iterable[str], ask: Callable[[str], Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Ask something of every node: the answers by node, and by node why there is none."""
    answers: dict[str, Any] = {}
    silent: dict[str, str] = {}
    for node in nodes:
        try:
            answers[node] = ask(node)
        except (SkepticError, *MALFORMED) as why:
            silent[node] = in_words(why)
    return answers, silent


def of_nodes(name: str, values: Mapping[str, float], silent: Mapping[str, str], source: str, unit: str = "s") -> Found:
    """One setting of several nodes.

    :param values: by node
    :param silent: why it could not be read, by node
    :param source: where it was read, for people
    """
    if values:
        yield Setting(name, max(values.values()), f"{source} ({_said(values)})", unit, dict(values))
    if silent or not values:
        reasons = "; ".join(f"{node}: {why}" for node, why in silent.items()) or "the cluster has no node"
        yield Unread(name, f"{source} could not be read on {reasons}")


def in_words(why: Exception) -> str:
    """An error as part of a sentence; one that is not ours has its kind before it."""
    return str(why) if isinstance(why, SkepticError) else f"unexpected shape, {type(why).__name__}: {why}"


def _said(values: Mapping[str, float]) -> str:
    """``10 on every node``, or each value with its nodes."""
    nodes: dict[float, list[str]] = {}
    for node, value in sorted(values.items()):
        nodes.setdefault(value, []).append(node)
    if len(nodes) == 1:
        return f"{next(iter(nodes)):g} on every node" if len(values) > 1 else f"{next(iter(values))}"
    return "; ".join(f"{value:g} on {', '.join(some)}" for value, some in sorted(nodes.items()))
