"""The life cycle of a fault: the one place that defines the order of its phases and their journal records.

The order in which a fault ends is in :mod:`~kubeskeptic.faults.undoing`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kubeskeptic.best_effort import warn
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, PatienceExhausted, SkepticError
from kubeskeptic.faults.fault import Fault, Plan, Site
from kubeskeptic.faults.targets import Target
from kubeskeptic.faults.undoing import Armed, arm, undo_in_order, words
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.waiting import until

Hook = Callable[[], object]
"""Called at a point in a fault's life cycle; its return value is ignored."""
Arm = Callable[[Site, OpenFault, Plan, float], Armed]
_FIRST = ("intent", "armed", "applying", "applied")
"""Phases that must be recorded for the fault to go on. Later phases are recorded if possible."""


class Inflicted:
    """A fault in force that was seen to bite.

    ``evidence`` and ``healed`` are sentences that describe what showed the bite and the heal. Times are Unix seconds, and 0
    until the event has happened.
    """

    def __init__(
        self, fault: Fault, plan: Plan, site: Site, where: dict[str, str], before_undo: Hook, once_applied: Hook
    ) -> None:
        self.fault = fault
        self.plan = plan
        self.evidence = ""
        self.healed = ""
        self._site = site
        self.open_fault = _record(fault, plan, site, where)
        self._armed: Armed | None = None
        self._at: dict[str, float] = {}
        self._ended = False
        self._unwritten: list[str] = []
        self._before_undo = before_undo
        self._once_applied = once_applied

    @property
    def id(self) -> str:
        """Its id in the journal."""
        return self.open_fault.id

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it acts on."""
        return self.plan.targets

    @property
    def applying_at(self) -> float:
        """When ``apply`` was called."""
        return self._at.get("applying", 0.0)

    @property
    def applied_at(self) -> float:
        """When it was applied."""
        return self._at.get("applied", 0.0)

    @property
    def bit_at(self) -> float:
        """When it was seen to bite."""
        return self._at.get("bit", 0.0)

    @property
    def undone_at(self) -> float:
        """When it was undone."""
        return self._at.get("undone", 0.0)

    @property
    def healed_at(self) -> float:
        """When it was seen to have healed."""
        return self._at.get("healed", 0.0)

    def undo(self) -> None:
        """Undo it now, and wait until it is seen to have healed; a second call does nothing.

        :raises LeftDirty: when it could not be undone or did not heal
        """
        trouble = self._end()
        if trouble:
            raise LeftDirty(trouble)

    # -- the order, step by step ---------------------------------------------------------------------------------------
    def _prepare(self, arm_with: Arm, lasts: float) -> None:
        one = self.open_fault
        self._mark(
            "intent", settings=self.fault.settings, says=self.plan.does, undoes=one.undoes, undo=dict(one.undo),
            lasts=lasts, nodes=one.nodes, objects=one.objects, cluster=one.cluster,
        )  # fmt: skip
        if not self.fault.heals_itself:
            self._armed = arm_with(self._site, one, self.plan, lasts)
            self._mark("armed")

    def _apply(self) -> None:
        on = ", ".join(self.open_fault.targets)
        self._mark("applying")
        try:
            self.fault.apply(self._site, self.plan)
            self._mark("applied")
            self._once_applied()
            self.evidence = until(
                lambda: self.fault.bite(self._site, self.plan),
                self.plan.bites,
                what=f"{self.fault.name} to bite on {on}",
                tolerate=(SkepticError,),
            )
        except PatienceExhausted as exhausted:
            raise Inconclusive(f"the fault did not bite: {exhausted}") from exhausted
        except SkepticError as error:
            raise Inconclusive(f"{self.fault.name} could not be applied to {on}: {error}") from error
        self._mark("bit", evidence=self.evidence)

    def _end(self) -> str:
        """End the fault. Return what went wrong, or an empty string. Raise only interrupts, and only after undoing it."""
        if self._ended:
            return ""
        try:
            self._last_look()
            return self._finish()
        except BaseException:  # a signal: undo it again, because it is not known how far undoing got
            self._finish_interrupted()
            raise
        finally:
            self._ended = True

    def _finish(self) -> str:
        """Try once to end the fault. Return what went wrong, and keep it in the site's ``left``."""
        try:
            self.healed = undo_in_order(
                type(self.fault),
                self._site,
                self.open_fault,
                patience=self.plan.heals,
                mark=self._mark,
                disarm=self._armed.disarm if self._armed else None,
            )
        except Exception as error:  # noqa: BLE001  # whatever it is, keep it, so that other faults are still undone
            # a fault that heals itself leaves nothing to undo; whether the cluster recovered is for the checks to judge
            return "" if self.fault.heals_itself else self._left(words(error))
        return ""

    def _finish_interrupted(self) -> None:
        try:
            self._finish()
        except BaseException:
            self._left("interrupted twice while it was undone")
            raise

    def _left(self, why: str) -> str:
        unwritten = f"; not in the journal: {', '.join(self._unwritten)}" if self._unwritten else ""
        trouble = f"{self.plan.undoes or self.plan.does}: {why}{unwritten}"
        self._site.left.append(trouble)
        return trouble

    def _last_look(self) -> None:
        """Run the hook that precedes undoing; its errors are written to the journal and stop nothing."""
        try:
            self._before_undo()
        except Exception as error:  # noqa: BLE001  # whatever it is, the fault must be undone
            self._mark("unseen", evidence=words(error))

    def _mark(self, phase: str, **more: Any) -> None:
        """Write a record of a phase, and remember its time."""
        try:
            self._at[phase] = self.open_fault.write(self._site.journal, phase, **more)
        except OSError as full:
            if phase in _FIRST:
                raise
            warn(f"“{phase}” of {self.id}", full)
            self._unwritten.append(phase)
            self._at[phase] = time.time()


def _record(fault: Fault, plan: Plan, site: Site, where: dict[str, str]) -> OpenFault:
    """Return what another process needs to undo a fault that is about to be inflicted."""
    return OpenFault(
        id=f"{fault.name}-{secrets.token_hex(3)}",
        fault=fault.name,
        run=site.run,
        targets=tuple(str(target) for target in plan.targets),
        undo=plan.record,
        phase="armed",
        undoes=plan.undoes,
        cluster=site.guard.uid,
        nodes=tuple(timer.node for timer in plan.timers),
        objects=plan.objects,
        where=where,
    )


@contextmanager
def inflict(
    fault: Fault,
    site: Site,
    *,
    scenario: str = "",
    act: str = "",
    lasts: float = 600.0,
    arm_with: Arm = arm,
    before_undo: Hook = lambda: None,
    once_applied: Hook = lambda: None,
) -> Iterator[Inflicted]:
    """Inflict ``fault`` while the block runs, or until :meth:`Inflicted.undo`. The block starts once the fault has bitten.

    The fault is undone however the block ends, interrupts included. A failure to undo it is kept in ``site.left`` and raised by
    :meth:`Site.close`, so that other faults are still undone.

    :param lasts: seconds after which the dead man's switch undoes the fault; when this process dies, it does so at once
    :param before_undo: called once before undoing begins or, for a fault that heals itself, before waiting for the heal; its
        errors are written to the journal and stop nothing
    :param once_applied: called after the fault was applied, before waiting for its bite
    :raises Refused: when the guard does not permit it; nothing was changed
    :raises BadInput: when the settings are invalid, or a fault in force has one of the targets
    :raises Inconclusive: when it could not be applied or was not seen to bite; it has been undone
    """
    if not lasts > 0:
        raise BadInput(f"{fault.name}: the dead man's switch needs a positive number of seconds, not {lasts:g}")
    site.guard.permit(fault.risk, fault.name)
    plan = fault.plan(site)
    inflicted = Inflicted(fault, plan, site, {"scenario": scenario, "act": act}, before_undo, once_applied)
    site.in_force.take(plan.targets, fault.name)
    try:
        try:
            inflicted._prepare(arm_with, lasts)
            inflicted._apply()
            yield inflicted
        finally:
            inflicted._end()
    finally:
        site.in_force.release(plan.targets)


def dry_run(fault: Fault, site: Site) -> str:
    """Return what :func:`inflict` would do and how it would be undone, as a sentence. Changes nothing."""
    return f"{fault.name}: {fault.plan(site)}"
