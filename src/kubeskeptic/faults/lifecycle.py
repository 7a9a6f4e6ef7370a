"""Inflicting a fault: the one place that knows the order of design and journal."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from kubeskeptic.best_effort import tell
from kubeskeptic.errors import BadInput, Inconclusive, LeftDirty, PatienceExhausted, SkepticError
from kubeskeptic.faults.arming import Armed, arm
from kubeskeptic.faults.fault import Fault, Plan, Site, Target
from kubeskeptic.faults.sequence import healed, undone
from kubeskeptic.waiting import until

Arm = Callable[[Site, str, Fault, Plan, float, Mapping[str, str]], Armed]
_FIRST = ("intent", "armed", "applying", "applied")
"""Phases without whose record the fault does not go on. Whatever comes later is written as far as that is possible."""


class Inflicted:
    """A fault in force, seen to bite.

    ``id`` is its id in the journal, ``targets`` what it acts on, ``evidence`` and ``healed`` the sentences that say how
    bite and heal were seen; the times are Unix seconds, 0 until they happened.
    """

    def __init__(
        self, fault: Fault, plan: Plan, site: Site, scenario: str, act: str, before_undo: Callable[[], object]
    ) -> None:
        self.id = f"{fault.name}-{secrets.token_hex(3)}"
        self.fault = fault
        self.plan = plan
        self.evidence = ""
        self.healed = ""
        self.applied_at = 0.0
        self.bit_at = 0.0
        self.undone_at = 0.0
        self.healed_at = 0.0
        self._site = site
        self._where = {"scenario": scenario, "act": act}
        self._armed: Armed | None = None
        self._ended = False
        self._unwritten: list[str] = []
        self._before_undo = before_undo

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it acts on."""
        return self.plan.targets

    def undo(self) -> None:
        """Undo it now and wait until it is seen to have healed; a second time changes nothing.

        :raises LeftDirty: when it could not be undone or did not heal
        """
        trouble = self._end()
        if trouble:
            raise LeftDirty(trouble)

    # -- the order, step by step ---------------------------------------------------------------------------------------
    def _prepare(self, arm_with: Arm, lasts: float) -> None:
        self._mark(
            "intent",
            sync=True,
            settings=self.fault.settings,
            says=self.plan.does,
            undoes=self.plan.undoes,
            undo=dict(self.plan.record),
            lasts=lasts,
            nodes=[timer.node for timer in self.plan.timers],
            objects=self.plan.objects,
            cluster=self._site.guard.uid,
        )
        if not self.fault.heals_itself:
            self._armed = arm_with(self._site, self.id, self.fault, self.plan, lasts, self._where)
            self._mark("armed")

    def _apply(self) -> None:
        self._mark("applying", sync=True)
        try:
            self.fault.apply(self._site, self.plan)
            self.applied_at = self._mark("applied")
            self.evidence = until(
                lambda: self.fault.bite(self._site, self.plan),
                self.plan.bites,
                what=f"{self.fault.name} to bite on {self._said_targets}",
                tolerate=(SkepticError,),
            )
        except PatienceExhausted as exhausted:
            raise Inconclusive(f"the fault did not bite: {exhausted}") from exhausted
        except SkepticError as error:
            raise Inconclusive(f"{self.fault.name} could not be applied to {self._said_targets}: {error}") from error
        self.bit_at = self._mark("bit", evidence=self.evidence)

    def _end(self) -> str:
        """Undo, see it healed, disarm. What went wrong, or nothing; raises nothing but an interrupt, once all that is done."""
        if self._ended:
            return ""
        try:
            self._last_look()
            return self._finish()
        except BaseException:  # a signal: undoing is begun again, as nobody knows how far it came
            self._finish_interrupted()
            raise
        finally:
            self._ended = True

    def _finish(self) -> str:
        """One attempt at the end of the fault. What went wrong is also kept in the site's ``left``."""
        try:
            self._put_back()
            if self._armed:
                self._armed.disarm()
                self._mark("disarmed")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is kept, and stops no other fault from being undone
            self._mark("failed", sync=True, evidence=_words(error))
            # of what heals itself nothing of ours is left; that the cluster did not recover is for the checks to say
            return "" if self.fault.heals_itself else self._left(_words(error))
        self._mark("done", sync=True)
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
        """Let whoever wants to see what the fault has done; undoing waits for nobody's trouble."""
        try:
            self._before_undo()
        except Exception as error:  # noqa: BLE001  # whatever it is, the fault has to be undone
            self._mark("unseen", evidence=_words(error))

    def _put_back(self) -> None:
        if not self.fault.heals_itself:
            self._mark("undoing")
            undone(type(self.fault), self._site, self.plan.record)
            self.undone_at = self._mark("undone")
        self.healed = healed(type(self.fault), self._site, self.plan.record, self.targets, self.plan.heals)
        self.healed_at = self._mark("healed", evidence=self.healed)

    @property
    def _said_targets(self) -> str:
        return ", ".join(str(target) for target in self.targets)

    def _mark(self, phase: str, *, sync: bool = False, **more: Any) -> float:
        """Write a record about a phase; when it began."""
        about = {"id": self.id, "fault": self.fault.name, "targets": [str(target) for target in self.targets]}
        try:
            record = self._site.journal.write("fault", sync=sync, **about, phase=phase, **self._where, **more)
        except OSError as full:
            if phase in _FIRST:
                raise
            tell(f"“{phase}” of {self.id}", full)
            self._unwritten.append(phase)
            return time.time()
        return float(record.get("at", time.time()))


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, SkepticError) else f"{type(error).__name__}: {error}"


@contextmanager
def inflict(
    fault: Fault,
    site: Site,
    *,
    scenario: str = "",
    act: str = "",
    lasts: float = 600.0,
    arm_with: Arm = arm,
    before_undo: Callable[[], object] = lambda: None,
) -> Iterator[Inflicted]:
    """Do ``fault`` for as long as the block runs, or until :meth:`Inflicted.undo`; the block starts when it has bitten.

    Undoing happens whatever ended the block, interrupts included. When it fails that is kept in ``site.left``, which
    :meth:`Site.close` raises, so that a fault that cannot be undone stops no other from being undone.

    :param lasts: seconds after which the dead man's switch undoes it without us; it does at once when we die
    :param before_undo: called once before undoing begins, or before what heals itself is waited for; what it raises is
        written down and stops nothing
    :raises Refused: when the guard does not permit it; nothing was touched
    :raises BadInput: when the settings make no sense, or a fault in force has one of the targets
    :raises Inconclusive: when it could not be applied or was not seen to bite; it has been undone
    """
    if not lasts > 0:
        raise BadInput(f"{fault.name}: the switch needs a positive number of seconds, not {lasts:g}")
    site.guard.permit(fault.risk, fault.name)
    plan = fault.plan(site)
    site.in_force.take(plan.targets, fault.name)
    inflicted = Inflicted(fault, plan, site, scenario, act, before_undo)
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
    """What :func:`inflict` would do and how it would be undone, for people. Touches nothing."""
    return f"{fault.name}: {fault.plan(site)}"
