"""The base of all faults: plan, site, and the methods that each fault has. See the package's front page for the order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from kubeskeptic.durations import FAULT_BITES, FAULT_HEALS, Patience
from kubeskeptic.errors import CommandFailed, LeftDirty
from kubeskeptic.faults.targets import InForce, Target
from kubeskeptic.guard.rights import Right
from kubeskeptic.guard.risk import Permits, Risk
from kubeskeptic.node_access import EngineAccess, NodeAccess
from kubeskeptic.waiting import NotYet

if TYPE_CHECKING:
    from kubeskeptic.clusters import Cluster
    from kubeskeptic.journal import Journal
    from kubeskeptic.kube import Kube

UndoRecord = Mapping[str, Any]
"""JSON data: what another process needs to undo a fault and to see that it has healed."""


@dataclass(frozen=True)
class Timer:
    """A dead man's switch in a node: the command that a timer of the node's own systemd runs at the deadline."""

    node: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a fault would do at a site, computed without changing anything.

    :param targets: what it acts on
    :param does: what would be done, one sentence without a full stop
    :param undoes: how it would be undone, in the same form; empty for faults that cannot be undone, such as a deletion
    :param record: what undoing it from another process needs
    :param timers: switches in nodes, beside the one on the host that every fault with an undo has
    :param objects: API objects (kind, namespace or empty, name) that get an annotation with the undo record, for when journal
        and switch are lost
    :param rescue: commands of this machine that the host's switch runs before the fault's own undo, where undoing must not
        depend on the API server
    :param bites: patience for the bite
    :param heals: patience for the heal
    """

    targets: tuple[Target, ...]
    does: str
    undoes: str
    record: UndoRecord
    timers: tuple[Timer, ...] = ()
    objects: tuple[tuple[str, str, str], ...] = ()
    rescue: tuple[tuple[str, ...], ...] = ()
    bites: Patience = FAULT_BITES
    heals: Patience = FAULT_HEALS

    def __str__(self) -> str:
        return f"{self.does}; {self.undoes or 'nothing to undo'}"


@dataclass
class Site:
    """Where faults are inflicted: one cluster, in one run. Passed, never global.

    :param guard: asked before every fault
    :param run: the run's id
    :param seed: decides victims
    :param in_force: which targets are taken; share it between sites of one cluster
    :param left: what could not be undone, one sentence each
    :param access: to nodes; through the container engine when not given
    """

    cluster: Cluster
    kube: Kube
    journal: Journal
    guard: Permits
    run: str
    seed: int
    in_force: InForce = field(default_factory=InForce)
    left: list[str] = field(default_factory=list)
    access: NodeAccess = None  # type: ignore[assignment]  # never None once made

    def __post_init__(self) -> None:
        self.access = self.access or EngineAccess(self.cluster.engine)

    def in_node(self, node: str, *argv: str, stdin: str | None = None) -> str:
        """Return what a command printed in a node.

        :raises CommandFailed: when it fails or the node does not run
        """
        return self.access.run(node, argv, stdin=stdin)

    def runs(self, node: str) -> bool:
        """Whether a command can be run in a node."""
        try:
            self.in_node(node, "true")
        except CommandFailed:
            return False
        return True

    def close(self) -> None:
        """End the use of this site.

        :raises LeftDirty: when something could not be undone
        """
        if self.left:
            raise LeftDirty(f"the cluster was left dirty: {'; '.join(self.left)}. Run `skeptic cleanup`")


class Fault(ABC):
    """One thing that can be done to a cluster, and how it is undone.

    A fault is a frozen dataclass: its fields are its settings, with units in their names or docstrings, refused with
    :class:`~kubeskeptic.errors.BadInput` when they make no sense. ``undo`` and ``heal`` are class methods that need the undo
    record alone, because the process that undoes a fault may not be the one that inflicted it.
    """

    name: ClassVar[str]
    risk: ClassVar[Risk]
    rights: ClassVar[tuple[Right, ...]] = ()
    """Rights that it needs beside those of its risk level."""
    patience: ClassVar[Patience] = FAULT_HEALS
    """For the heal, when the fault is undone from its record."""
    heals_itself: ClassVar[bool] = False
    """There is nothing to undo: ``undo`` is never called, and the cluster is expected to replace what was lost."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as they are written to the journal."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    @abstractmethod
    def plan(self, site: Site) -> Plan:
        """Return what would be done, after a look at the cluster. Changes nothing.

        :raises BadInput: when the settings make no sense here, such as a node that does not exist
        """

    @abstractmethod
    def apply(self, site: Site, plan: Plan) -> None:
        """Apply the fault. Idempotent."""

    @abstractmethod
    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Evidence that the fault has an effect, as a sentence, observed by other means than the fault's own."""

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Undo the fault. Idempotent, and correct when it was applied in part or not at all."""
        raise NotImplementedError(f"{cls.name} neither heals itself nor has an undo")

    @classmethod
    @abstractmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Evidence that the cluster is as it was, as a sentence."""
