"""What a sabotage is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubeskeptic.scenarios.manifests import Manifest

if TYPE_CHECKING:
    from kubeskeptic.scenarios.stage import Stage

Rewrite = Callable[[list[Manifest]], list[Manifest]]
Breakage = Callable[["Stage"], AbstractContextManager[object]]


@dataclass(frozen=True)
class Sabotage:
    """A named way to break the cluster or the workload, so that a claim must fail.

    Either ``rewrite`` changes the manifest before it is applied, or ``breaks`` is in force for a stretch of the story.

    :param id: what claims name in ``broken_by``
    :param says: one sentence
    :param scenarios: where it can be used
    :param rewrite: what becomes of the manifest
    :param breaks: made anew for every act that it is in force in
    :param at: the acts, or the moments of acts (``crash:found dead``), from which on it is in force until the act's end
    :param spoils: what of the story it needs for itself (acts, or things in them): two sabotages that spoil nothing in
        common can be proven by one run
    """

    id: str
    says: str
    scenarios: tuple[str, ...]
    rewrite: Rewrite | None = None
    breaks: Breakage | None = None
    at: tuple[str, ...] = ()
    spoils: frozenset[str] = frozenset()
