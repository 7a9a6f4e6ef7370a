"""Inflicting a fault: the one place that knows the order of design and journal; the order of its end is in
:mod:`~kubeskeptic.faults.undoing`.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kubeskeptic.best_effort import warn
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, PatienceExhausted, SkepticError
from kubeskeptic.faults.arming import Armed, arm
from kubeskeptic.faults.fault import Fault, Plan, Site
from kubeskeptic.faults.targets import Target
from kubeskeptic.faults.undoing import undo_in_order, words
from kubeskeptic.journal.open_faults import OpenFault
from kubeskeptic.waiting import until

Hook = Callable[[], object]
"""Called at a moment of a fault's life; what it returns is of no interest."""
Arm = Callable[[Site, OpenFault, Plan, float], Armed]
_FIRST = ("intent", "armed", "applying", "applied")
"""Phases without whose record the fault does not go on. Later ones are written as far as that is possible."""


class Inflicted:
    """A fault in force, seen to bite.

    ``id`` is its id in the journal, ``targets`` what it acts on, ``evidence`` and ``healed`` the sentences that say how
    bite and heal were seen; the times are Unix seconds, 0 until they happened.
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
        """When applying it began."""
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
        """Undo it now and wait until it is seen to have healed; a second call changes nothing.

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
        """End the fault. Return what went wrong, or nothing; raise nothing but an interrupt, and that when it is undone."""
        if self._ended:
            return ""
        try:
            self._last_look()
            return self._finish()
        except BaseException:  # a signal: undoing begins again, as how far it came is not known
            self._finish_interrupted()
            raise
        finally:
            self._ended = True

    def _finish(self) -> str:
        """Try once to end the fault. What went wrong is returned and kept in the site's ``left``."""
        try:
            self.healed = undo_in_order(
                type(self.fault),
                self._site,
                self.open_fault,
                patience=self.plan.heals,
                mark=self._mark,
                disarm=self._armed.disarm if self._armed else None,
            )
        except Exception as error:  # noqa: BLE001  # whatever it is, it is kept, and stops no other fault from being undone
            # of what heals itself nothing of ours is left; that the cluster did not recover is for the checks to say
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
        """Run what was asked for before undoing; its errors are written down and stop nothing."""
        try:
            self._before_undo()
        except Exception as error:  # noqa: BLE001  # whatever it is, the fault has to be undone
            self._mark("unseen", evidence=words(error))

    def _mark(self, phase: str, **more: Any) -> None:
        """Write a record of a phase, and remember when that was."""
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
    """Inflict ``fault`` for as long as the block runs, or until :meth:`Inflicted.undo`; the block starts when it has bitten.

    Undoing happens whatever ended the block, interrupts included. When it fails that is kept in ``site.left``, which
    :meth:`Site.close` raises, so that a fault that cannot be undone stops no other from being undone.

    :param lasts: seconds after which the dead man's switch undoes the fault; it does at once when this process dies
    :param before_undo: called once before undoing begins, or before the heal of a fault that heals itself is waited for;
        its errors are written down and stop nothing
    :param once_applied: called when it has been applied, before its bite is waited for
    :raises Refused: when the guard does not permit it; nothing was touched
    :raises BadInput: when the settings make no sense, or a fault in force has one of the targets
    :raises Inconclusive: when it could not be applied or was not seen to bite; it has been undone
    """
    if not lasts > 0:
        raise BadInput(f"{fault.name}: the switch needs a positive number of seconds, not {lasts:g}")
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
    """Return what :func:`inflict` would do and how it would be undone, as a sentence. Touches nothing."""
    return f"{fault.name}: {fault.plan(site)}"
