"""Sabotages as data: how a scenario can be broken, when each sabotage is in force, and in which grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from kubeskeptic.scenarios.manifests import Manifest

GRADE = "@"
"""Separates a sabotage's id from the seconds after which it is lifted: ``kube-proxy-frozen@2``."""

Performed = TypeVar("Performed")
"""The argument of a breakage: the scenario being performed. It has sabotages, so its type belongs to a layer above them."""
Rewrite = Callable[[list[Manifest]], list[Manifest]]


@dataclass(frozen=True)
class Sabotage(Generic[Performed]):
    """A named way to break the cluster or the workload so that a claim must fail, which shows that its check can fail.

    Either ``rewrite`` changes the manifest before it is applied, or ``breaks`` is in force for a stretch of the scenario.

    :param id: the name that claims list in ``broken_by``
    :param says: one sentence
    :param at: the acts, or moments of acts (``crash:found dead``), from which it is in force until the act's end
    :param graded: whether its duration decides if a bound that is a duration detects it; see :meth:`lifted_after`
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
        """Return the grade of it that is lifted this many seconds after the act's first fault was applied."""
        says = f"{self.says.removesuffix('.')}, until {seconds:g} s after the fault of the act."
        return replace(self, id=f"{self.id}{GRADE}{seconds:g}", says=says, lifted=seconds)

    @property
    def acts(self) -> set[str]:
        """The acts in which it is in force; empty for a sabotage of the workload, which is in force in all acts."""
        return {point.partition(":")[0] for point in self.at}

    def breaks_in(self, acts: Iterable[str]) -> bool:
        """Return whether it is in force in one of these acts."""
        return not self.at or bool(self.acts & set(acts))
