"""Declaring a scenario beside the tests that read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubeskeptic.guard.risk import Risk

if TYPE_CHECKING:
    from kubeskeptic.scenarios.stage import Stage

WATCHED = ("Pod", "Service", "EndpointSlice")
"""Kinds whose changes are recorded unless a scenario says otherwise."""
ALWAYS_WATCHED = ("Node",)

Story = Callable[["Stage"], None]


@dataclass(frozen=True)
class Scenario:
    """One thing that happens to a cluster.

    :param id: chapter and name, such as ``services/pod_killed``; its manifest is ``manifests/<id>.yaml``
    :param needs: the risk level that its faults take
    :param story: what happens
    :param watches: kinds whose changes are recorded, in its own namespace
    """

    id: str
    needs: Risk
    story: Story
    watches: tuple[str, ...]

    @property
    def says(self) -> str:
        """The story in one sentence: the first line of its docstring."""
        return (self.story.__doc__ or self.id).strip().splitlines()[0]


def scenario(id_: str, *, needs: Risk, watches: tuple[str, ...] = WATCHED) -> Callable[[Story], Scenario]:
    """Make a scenario of a story. Nodes are always watched too."""
    return lambda story: Scenario(id_, needs, story, watches)
