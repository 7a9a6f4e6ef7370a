"""Declaring a scenario beside the tests that read it: its set-up, its acts, and the sabotages that must break its cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kubeskeptic.claims import claim
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import BadInput
from kubeskeptic.guard.risk import Risk
from kubeskeptic.paths import shipped
from kubeskeptic.probes.specs import Probe
from kubeskeptic.scenarios.manifests import read
from kubeskeptic.scenarios.sabotage import GRADE, Rewrite, Sabotage
from kubeskeptic.scenarios.spoken_of import applies_manifest, faults_spoken_of
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline import Act, Recording
from kubeskeptic.timeline.recording import GIVEN

Breakage = Callable[[Stage], AbstractContextManager[object]]
"""Breaks a scenario while it is performed, for the duration of the block."""
WATCHED = ("Pod", "Service", "EndpointSlice")
"""Kinds whose changes are recorded unless a scenario says otherwise."""
ALWAYS_WATCHED = ("Node",)
"""Kinds whose changes are recorded in every scenario."""
EXCLUSIVE = {
    "addresses": "a node or host that another cluster starts may get the address of a node that is down, "
    "and two clusters may announce the same address for a Service",
    "room": "all nodes share the machine's disk and memory: what one cluster uses, another one lacks",
}
"""Machine resources that only one of several kind clusters may use at a time, each with the reason."""

Step = Callable[[Stage], None]
Asking = Callable[[Stage], Iterable[Probe]]


@dataclass(frozen=True)
class ActPlan:
    """One act, and what happens in it once its baseline has settled.

    :param needs: the risk level that it requires
    :param after: the act that must be played right before it
    :param asking: returns the probes that are started for this act and later ones
    :param settled: whether its baseline must be free of failures; False for an act that no probe watches; the name of a probe
        if only its lanes must be free of them
    :param exclusive: a machine resource that kind clusters share and only one of them may use at a time: one of
        :data:`EXCLUSIVE`, empty for none
    """

    name: str
    play: Step
    needs: Risk
    after: str = ""
    asking: Asking | None = None
    settled: bool | str = True
    exclusive: str = ""

    @cached_property
    def faults(self) -> frozenset[str]:
        """Names of the faults that the act inflicts."""
        return faults_spoken_of(self.play)


@dataclass
class Scenario:
    """A sequence of events, performed once on a cluster; many cases read its recording.

    :param id: chapter and name, such as ``services/pod_killed``
    :param says: what happens, in one sentence
    :param needs: the lowest risk level at which any of it can be played
    :param watches: kinds whose changes in its own namespace are recorded
    :param quick: acts of a few seconds, whose cases ``pytest -m quick`` selects; ``given`` stands for the set-up
    :param slow: whether it takes minutes; its cases then run only on request
    :param manifest: its manifest file; ``manifests/<id>.yaml`` of the project by default
    """

    id: str
    says: str
    needs: Risk = Risk.NAMESPACE
    watches: tuple[str, ...] = WATCHED
    manifest: Path | None = None
    quick: tuple[str, ...] = ()
    slow: bool = False
    setup: Step | None = None
    acts: dict[str, ActPlan] = field(default_factory=dict)
    sabotages: dict[str, Sabotage[Stage]] = field(default_factory=dict)

    @property
    def manifest_file(self) -> Path:
        """Its manifest file, which exists only if the set-up applies it."""
        return self.manifest or shipped() / "manifests" / f"{self.id}.yaml"

    def check_manifest(self) -> None:
        """Raise BadInput for a manifest with a mistake, and for a missing one that the set-up applies.

        :raises BadInput: see :func:`~kubeskeptic.scenarios.manifests.read`
        """
        if self.setup and (self.manifest or self.manifest_file.exists() or applies_manifest(self.setup)):
            read(self.manifest_file, image="")

    def given(self, step: Step) -> Step:
        """Register the set-up, which applies the manifest and starts the probes that all acts need."""
        self.setup = step
        return step

    def act(
        self,
        name: str,
        *,
        needs: Risk | None = None,
        after: str = "",
        asking: Asking | None = None,
        settled: bool | str = True,
        exclusive: str = "",
    ) -> Callable[[Step], Step]:
        """Register the next act; see :class:`ActPlan`.

        :raises BadInput: when an act of this name exists, ``after`` is not an act registered earlier, or ``exclusive`` is
            not one of :data:`EXCLUSIVE`
        """
        if name in self.acts or name == GIVEN:
            raise BadInput(f"{self.id} has two acts “{name}”")
        if after and after not in self.acts:
            raise BadInput(f"the act “{name}” of {self.id} comes after “{after}”, which is not registered before it")
        if exclusive and exclusive not in EXCLUSIVE:
            raise BadInput(
                f"the act “{name}” of {self.id} is exclusive for {' or '.join(EXCLUSIVE)}, not {exclusive!r}"
            )

        def register(step: Step) -> Step:
            """Register the function, and return it unchanged."""
            needed = self.needs if needs is None else needs
            self.acts[name] = ActPlan(name, step, needed, after, asking, settled, exclusive)
            return step

        return register

    def sabotage(self, *at: str, graded: bool = False) -> Callable[[Breakage], Breakage]:
        """Register a sabotage that takes effect in these acts; the function's name is its id, the docstring its sentence.

        :param graded: whether it is also performed in grades, each lifted some seconds after the act's first fault
        :raises BadInput: when it names no act or an unknown one, or is graded and takes effect at a moment of an act
        """
        unknown = sorted({point.partition(":")[0] for point in at} - set(self.acts) - {GIVEN})
        if unknown or not at:
            wrong = f"not {', '.join(unknown)}" if unknown else "but names none"
            raise BadInput(f"a sabotage of {self.id} must name its acts, {wrong}")
        if graded and any(":" in point for point in at):
            raise BadInput(
                f"a sabotage of {self.id} has grades, so it must begin before the fault, not at a moment of its act"
            )

        def register(breaks: Breakage) -> Breakage:
            """Register the function, and return it unchanged."""
            self._add(Sabotage(_id(breaks), _says(breaks), breaks=breaks, at=at, graded=graded))
            return breaks

        return register

    def rewrite(self, rewrite: Rewrite) -> Rewrite:
        """Register a sabotage of the workload: a function that changes the scenario's manifest."""
        self._add(Sabotage(_id(rewrite), _says(rewrite), rewrite=rewrite))
        return rewrite

    def needed(self, chosen: Iterable[str]) -> list[ActPlan]:
        """Return the acts to play for the chosen ones, in order: these, and those that must be played right before them.

        :raises BadInput: when an act does not exist
        """
        wanted: set[str] = set()
        for name in chosen:
            while name and name != GIVEN:
                if name not in self.acts:
                    raise BadInput(f"{self.id} has no act “{name}”; it has {', '.join(self.acts) or 'none'}")
                wanted.add(name)
                name = self.acts[name].after
        return [act for act in self.acts.values() if act.name in wanted]

    def sabotage_named(self, name: str) -> Sabotage[Stage] | None:
        """Return a sabotage by ``ID``, or a grade of it by ``ID@SECONDS``; None when the scenario does not have it.

        :raises BadInput: when it has no grades, or SECONDS is not a positive number
        """
        id_, graded, seconds = name.partition(GRADE)
        one = self.sabotages.get(id_)
        if one is None or not graded:
            return one
        if not one.graded:
            raise BadInput(f"{id_} of {self.id} has no grades: it is in force until the end of its act")
        if not re.fullmatch(r"\d+(\.\d+)?", seconds) or not float(seconds):
            raise BadInput(
                f"{name}: {GRADE} must be followed by the seconds after which it is lifted, such as {id_}{GRADE}2"
            )
        return one.lifted_after(float(seconds))

    def read(self, recording: Recording, case: Case) -> Act:
        """Return what a case reads from a recording: its acts, with its bounds and the faults that they must contain."""
        inflicts = {name: self.acts[name].faults for name in case.acts if name in self.acts}
        limits = {"within": case.within, "soonest": case.soonest, "watched": case.watched}
        return Act(recording, case.acts, of=case.of, inflicts=inflicts, **limits)

    def is_quick(self, case: Case) -> bool:
        """Return whether a case reads only acts that are declared as quick."""
        return bool(case.acts) and set(case.acts) <= set(self.quick)

    def must_break(self, case: Case) -> list[Sabotage[Stage]]:
        """Return the sabotages that must break a case: those it names, or those of its claim that are in force in its acts.

        :raises BadInput: when it names a sabotage that the scenario does not have
        """
        if case.broken_by is None:
            return self.breaking(claim(case.claim).broken_by, case.acts)
        unknown = [id_ for id_ in case.broken_by if id_ not in self.sabotages]
        if unknown:
            raise BadInput(f"{self.id} has no sabotage {unknown[0]}; it has {', '.join(self.sabotages) or 'none'}")
        return [self.sabotages[id_] for id_ in case.broken_by]

    def breaking(self, ids: Sequence[str], acts: Iterable[str]) -> list[Sabotage[Stage]]:
        """Return the sabotages of these ids that the scenario has and that are in force in one of these acts."""
        played = list(acts)
        return [self.sabotages[id_] for id_ in ids if id_ in self.sabotages and self.sabotages[id_].breaks_in(played)]

    def _add(self, one: Sabotage[Stage]) -> None:
        if one.id in self.sabotages:
            raise BadInput(f"{self.id} has two sabotages {one.id}")
        self.sabotages[one.id] = one


def _id(function: Callable[..., object]) -> str:
    return function.__name__.strip("_").replace("_", "-")


def _says(function: Callable[..., object]) -> str:
    return (function.__doc__ or _id(function)).strip().splitlines()[0]
