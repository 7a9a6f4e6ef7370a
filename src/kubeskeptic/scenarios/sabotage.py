"""Sabotages as data: what a scenario can be broken by, when it is in force, and in which grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from kubeskeptic.scenarios.manifests import Manifest

GRADE = "@"
"""Stands between a sabotage's id and the seconds after which it is lifted: ``kube-proxy-frozen@2``."""

Performed = TypeVar("Performed")
"""What a breakage takes: the scenario being performed, which has sabotages and so stands above them."""
Rewrite = Callable[[list[Manifest]], list[Manifest]]


@dataclass(frozen=True)
class Sabotage(Generic[Performed]):
    """A named way to break the cluster or the workload, so that a claim must fail. How we know that checks can.

    Either ``rewrite`` changes the manifest before it is applied, or ``breaks`` is in force for a stretch of the scenario.

    :param id: what claims name in ``broken_by``
    :param says: one sentence
    :param at: the acts, or the moments of acts (``crash:found dead``), from which on it is in force until the act's end
    :param graded: how long it lasts decides whether a bound that is a duration can tell it apart; see :meth:`lifted_after`
    :param lifted: seconds after the act's first fault at which it is lifted; at the act's end when None
    """

    id: str
    says: str
    breaks: Callable[[Performed], AbstractContextManager[object]] | None = None
    rewrite: Rewrite | None = None
    at: tuple[str, ...] = ()
    graded: bool = False
    lifted: float | None = None

    def lifted_after(self, seconds: float) -> Sabotage[Performed]:
        """Return the grade of it that is lifted so many seconds after the act's first fault was applied."""
        says = f"{self.says.removesuffix('.')}, until {seconds:g} s after the fault of the act."
        return replace(self, id=f"{self.id}{GRADE}{seconds:g}", says=says, lifted=seconds)

    @property
    def acts(self) -> set[str]:
        """The acts in which it is in force; empty for one of the workload, which is in force in all."""
        return {point.partition(":")[0] for point in self.at}

    def breaks_in(self, acts: Iterable[str]) -> bool:
        """Return whether it is in force in one of these acts."""
        return not self.at or bool(self.acts & set(acts))
