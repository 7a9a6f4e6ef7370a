"""One act as a check reads it: its times, its fault, the samples and API changes recorded in it, and the bounds that apply.

An act notes everything that a check reads from it. :mod:`kubeskeptic.checks.evidence` then decides whether enough of that was
recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from kubeskeptic.bounds import Bound, Expression, Interval
from kubeskeptic.errors import Inconclusive, NotAsked
from kubeskeptic.timeline.allowed import Allowed
from kubeskeptic.timeline.cells import as_known
from kubeskeptic.timeline.disagreements import Disagreement, disagreements
from kubeskeptic.timeline.faults import FaultSpan
from kubeskeptic.timeline.objects import labelled
from kubeskeptic.timeline.reading import Reading
from kubeskeptic.timeline.recording import ActSpan, Change, Recording
from kubeskeptic.timeline.samples import Lane


class Act(Allowed):
    """One act of a recording, or several in a row, for one case.

    :param names: the acts, in the order in which they were played
    :param of: the app whose pod is the victim, if several faults were injected in the act
    :param inflicts: names of the faults that each act inflicts; its recording must contain them
    :param within: the case's bound; None if it has none
    :param soonest: the earliest time at which something may happen; None if the case has no such bound
    :param watched: how long each act must be watched; None if the case does not specify it
    """

    def __init__(
        self,
        recording: Recording,
        names: Sequence[str],
        *,
        of: str = "",
        inflicts: Mapping[str, Collection[str]] = MappingProxyType({}),
        within: Expression | None = None,
        soonest: Expression | None = None,
        watched: Expression | None = None,
    ) -> None:
        super().__init__(recording, of, within, soonest, watched)
        self.names = tuple(names)
        self.inflicts = inflicts
        self.reading = Reading()
        self._before_undoing: float | None = None

    def in_force(self, before_undoing: float = 0.0) -> Act:
        """Return this act up to the moment at which undoing its fault began, without the effects of undoing it.

        :param before_undoing: end this many seconds earlier, such as by the request deadline, so that all outcomes are known
        """
        limits = {"within": self._within, "soonest": self._soonest, "watched": self._watched}
        part = Act(self.recording, self.names, of=self.of, inflicts=self.inflicts, **limits)
        part._before_undoing = before_undoing
        return part

    # -- when ----------------------------------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The name of the act, or the names of all acts."""
        return ", ".join(self.names)

    @cached_property
    def spans(self) -> list[ActSpan]:
        """The acts that began, including those that broke off: their recording may still violate a claim.

        :raises NotAsked: if all acts were left out on this cluster
        :raises Inconclusive: if no act began
        """
        begun: list[ActSpan] = []
        left_out: NotAsked | None = None
        for name in self.names:
            try:
                begun.append(self.recording.act(name))
            except NotAsked as why:
                left_out = why
            except Inconclusive as why:
                self.reading.unfinished.append(str(why))
                act = self.recording.acts.get(name)
                begun += [act] if act and act.start is not None else []
        if not begun:
            raise left_out or Inconclusive(self.reading.unfinished[0])
        return begun

    @property
    def baseline(self) -> float:
        """When the baseline of the first act began, in Unix seconds."""
        return self.spans[0].reached("baseline")

    @property
    def start(self) -> float:
        """When the first act began, with its baseline settled."""
        return self.spans[0].reached("start")

    @property
    def end(self) -> float:
        """When the last act ended. If it broke off: the last moment recorded before another act began."""
        last = self.spans[-1]
        end = self._broken_off(last) if last.end is None else last.end
        earlier = self._before_undoing
        return end if earlier is None else min(end, self.fault.phases.get("undoing", end) - earlier)

    # -- what was done -------------------------------------------------------------------------------------------------
    @cached_property
    def fault(self) -> FaultSpan:
        """The fault of the act, which must have been seen to bite. Of several, the one whose victim belongs to the app ``of``.

        :raises Inconclusive: if no fault or several faults match, or if it was not seen to bite
        """
        span = self.spans[0]
        faults = self.faults_of(span)
        if len(faults) != 1:
            which = f" on {self.of}" if self.of else ""
            raise Inconclusive(f"{len(faults) or 'no'} faults{which} were recorded in “{span.name}”")
        if not faults[0].bit:
            raise Inconclusive(f"the fault {faults[0].fault} of “{span.name}” was not seen to bite")
        self.reading.fault = faults[0]
        return faults[0]

    def faults_of(self, span: ActSpan) -> list[FaultSpan]:
        """Return the faults of an act that concern the case: all, or only those whose victim belongs to the app ``of``."""
        return [one for one in self.recording.faults if one.act == span.name and self._is_about(one)]

    @property
    def since(self) -> Interval:
        """When the fault was applied: from just before to just after it."""
        return self.fault.applying

    @property
    def lifted(self) -> float:
        """When undoing the fault began; the end of the act if there was nothing to undo."""
        return self.fault.phases.get("undoing", self.end)

    @property
    def node(self) -> str:
        """The name of the node that the fault acted on.

        :raises Inconclusive: if it acted on no node
        """
        return self.fault.target("node").rpartition("/")[2]

    @property
    def victim(self) -> str:
        """The name of the pod that the fault acted on.

        :raises Inconclusive: if it acted on no pod
        """
        return self.fault.target("pod").rpartition("/")[2]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes of the cluster up to the end of the act, including nodes that joined."""
        joined = (node for node, at in self.recording.joined.items() if at <= self.end)
        return tuple(dict.fromkeys([*self.recording.nodes, *joined]))

    def taken_away(self) -> set[str]:
        """Return the nodes that a fault of these acts took out as a whole: nothing could be probed from them."""
        faults = (one for one in self.recording.faults if one.act in self.names and "applying" in one.phases)
        return {node for one in faults for node in one.taken_away}

    # -- what was seen -------------------------------------------------------------------------------------------------
    def lanes(self, probe: str, *, until: float | None = None, unbroken: bool = False) -> list[Lane]:
        """Return the lanes of a probe on every node except those that a fault took out.

        :param until: the end of the stretch that matters; by default the end of the act
        :param unbroken: whether a single failed request decides the verdict
        :raises Inconclusive: if no remaining node ran the probe
        """
        self.reading.note(self.reading.lanes, probe, (self.baseline, self.end if until is None else until))
        self.reading.unbroken |= {probe} if unbroken else set()
        away = self.taken_away()
        lanes = [lane for lane in self.recording.lanes_of(probe) if lane.node not in away]
        if not lanes:
            raise Inconclusive(f"no remaining node sent requests of “{probe}”")
        return lanes

    def changes(self, kind: str, name: str = "", *, app: str = "", since: float | None = None) -> Iterator[Change]:
        """Return the changes to objects of a kind up to the end of the act, in the order seen.

        :param app: only objects that carry the label ``app`` with this value
        :param since: the start of the stretch that must have been watched; by default the start of the baseline. Earlier
            changes are returned too: they give the initial state.
        """
        self.reading.note(self.reading.kinds, kind, (self.baseline if since is None else since, self.end))
        found = (change for change in self.recording.of_kind(kind, name) if change.seen <= self.end)
        return labelled(found, app) if app else found

    def watched(self, *kinds: str) -> bool:
        """Return whether the watches of these kinds had no gap during the act, and their records contradict no others. A gap,
        or a watch that is silent, may hide changes.
        """
        for kind in kinds:
            self.reading.note(self.reading.kinds, kind, (self.baseline, self.end))
        gaps = (gap for gap in self.recording.gaps if gap.source == "watch" and gap.resource in ("", *kinds))
        doubtful = any(set(one.kinds) & set(kinds) for one in self.disagreements)
        return not doubtful and not any(gap.touches(self.baseline, self.end) for gap in gaps)

    @cached_property
    def disagreements(self) -> list[Disagreement]:
        """The disagreements between records that last into the act."""
        return [one for one in disagreements(self.recording) if one.touches(self.baseline, self.end)]

    def table(self, name: str) -> dict[str, Any]:
        """Return the cells of a table, by name, that the scenario noted in this act or before its first act, as far as they are
        known. Cells noted in another act do not describe this one.

        :raises Inconclusive: if the scenario did not note this table
        """
        self.reading.tables.add(name)
        start, end, looked = self.start, self.end, self.recording.looked.get(name, {})
        given = self.recording.given.get(name, set())
        if name not in self.recording.tables:
            raise Inconclusive(f"the scenario {self.recording.id} did not record the table “{name}”")
        cells = self.recording.tables[name].items()
        return {
            cell: as_known(self.recording, value, looked.get(cell, end))
            for cell, value in cells
            if start <= looked.get(cell, end) <= end or (cell in given and looked[cell] <= end)
        }

    def lasts(self, bound: Bound, until: float | None = None) -> None:
        """Require that the bound elapses between the fault and ``until`` (default: the end of the act); else *inconclusive*."""
        self.lasts_since(self.since, bound, until)

    def lasts_since(self, since: Interval, bound: Bound, until: float | None = None) -> None:
        """Require that the bound elapses between ``since`` and ``until`` (default: the end of the act); else *inconclusive*."""
        end = self.end if until is None else until
        self.reading.lasting.append((Interval(end, end).since(since), bound))

    # -- inside --------------------------------------------------------------------------------------------------------
    def _broken_off(self, span: ActSpan) -> float:
        known = self.recording.last_known
        later = (one.baseline for one in self.recording.acts.values() if one.baseline is not None)
        return min([known, *(begun for begun in later if begun > span.reached("start"))])

    def _is_about(self, fault: FaultSpan) -> bool:
        pods = {change.name for change in labelled(self.recording.of_kind("Pod"), self.of)}
        return not self.of or any(
            target.startswith("pod/") and target.rpartition("/")[2] in pods for target in fault.targets
        )
