"""The base of all faults: plan, site, and the methods that each fault has. The package's docstring shows their order."""

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
"""JSON data: what another process needs to undo a fault and to verify that it has healed."""


@dataclass(frozen=True)
class Timer:
    """A dead man's switch in a node: the command that a timer there, of systemd or the exec pod, runs at the deadline."""

    node: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What a fault would do at a site, computed without changing anything.

    :param targets: what it acts on
    :param does: what would be done, as a sentence without a full stop
    :param undoes: how it would be undone, in the same form; empty for faults that cannot be undone, such as a deletion
    :param record: what another process needs to undo it
    :param timers: switches in nodes, in addition to the one on the host that every fault with an undo has
    :param objects: API objects (kind, namespace or empty, name) that are annotated with the undo record, in case journal and
        switch are lost
    :param rescue: commands that the host's switch runs on this machine before the fault's own undo, for faults whose undoing
        must not depend on the API server
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
    """Where faults are inflicted: one cluster, in one run. Always passed as an argument, never global.

    :param guard: asked for permission before every fault
    :param run: the run's id
    :param seed: for the choice of victims
    :param in_force: the targets that are taken; share it between the sites of one cluster
    :param left: what could not be undone, one sentence each
    :param access: to nodes; by default through the container engine
    """

    cluster: Cluster
    kube: Kube
    journal: Journal
    guard: Permits
    run: str
    seed: int
    in_force: InForce = field(default_factory=InForce)
    left: list[str] = field(default_factory=list)
    access: NodeAccess = None  # type: ignore[assignment]  # never None once constructed

    def __post_init__(self) -> None:
        self.access = self.access or EngineAccess(self.cluster.engine)

    def in_node(self, node: str, *argv: str, stdin: str | None = None) -> str:
        """Run a command in a node and return its output.

        :raises CommandFailed: when it fails or the node is not running
        """
        return self.access.run(node, argv, stdin=stdin)

    def runs(self, node: str) -> bool:
        """Return whether a command can be run in a node."""
        try:
            self.in_node(node, "true")
        except CommandFailed:
            return False
        return True

    def close(self) -> None:
        """Finish using this site.

        :raises LeftDirty: when something could not be undone
        """
        if self.left:
            raise LeftDirty(f"the cluster was left dirty: {'; '.join(self.left)}. Run `skeptic cleanup`")


class Fault(ABC):
    """One thing to do to a cluster, and how to undo it.

    A fault is a frozen dataclass: its fields are its settings, with units in their names or docstrings. Invalid settings raise
    :class:`~kubeskeptic.errors.BadInput`. ``undo`` and ``heal`` are class methods that need only the undo record, because the
    process that undoes a fault may not be the one that inflicted it.
    """

    name: ClassVar[str]
    risk: ClassVar[Risk]
    rights: ClassVar[tuple[Right, ...]] = ()
    """Rights that it needs in addition to those of its risk level."""
    patience: ClassVar[Patience] = FAULT_HEALS
    """Patience for the heal, when the fault is undone from its record."""
    heals_itself: ClassVar[bool] = False
    """Whether there is nothing to undo: ``undo`` is never called, and the cluster is expected to replace what was lost."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as written to the journal."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    @abstractmethod
    def plan(self, site: Site) -> Plan:
        """Return what would be done to this cluster. Reads its state and changes nothing.

        :raises BadInput: when the settings are invalid for this cluster, such as a node that does not exist
        """

    @abstractmethod
    def apply(self, site: Site, plan: Plan) -> None:
        """Apply the fault. Idempotent."""

    @abstractmethod
    def bite(self, site: Site, plan: Plan) -> str | NotYet:
        """Return evidence that the fault has an effect, as a sentence, observed by means other than the fault's own."""

    @classmethod
    def undo(cls, site: Site, record: UndoRecord) -> None:
        """Undo the fault. Idempotent, and correct even if it was applied only in part or not at all."""
        raise NotImplementedError(f"{cls.name} neither heals itself nor has an undo")

    @classmethod
    @abstractmethod
    def heal(cls, site: Site, record: UndoRecord) -> str | NotYet:
        """Return evidence that the cluster is as it was before, as a sentence."""
