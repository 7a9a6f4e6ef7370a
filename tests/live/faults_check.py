"""The one check that every fault has to pass on a live cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kubeskeptic.faults import Fault, Inflicted, Site, inflict
from kubeskeptic.faults.undoing import wait_until_healed
from kubeskeptic.journal import read
from kubeskeptic.journal.open_faults import of_journal
from kubeskeptic.undo import leftovers
from kubeskeptic.waiting import NotYet


@dataclass(frozen=True)
class Passed:
    """Seconds from applying to the bite and from undoing to the heal, with the evidence for both."""

    fault: str
    bite: float
    heal: float
    bitten: str
    healed: str

    def __str__(self) -> str:
        return f"{self.fault:20} bites {self.bite:5.1f} s: {self.bitten}; heals {self.heal:5.1f} s: {self.healed}"


def bites_and_heals(fault: Fault, site: Site, *, meanwhile: Callable[[Inflicted], object] = lambda _: None) -> Passed:
    """Clean, apply, bite, apply again, undo, heal, undo again, nothing of ours left.

    :param meanwhile: called while the fault is in force
    """
    before, trouble = _left(site), list(site.left)
    with inflict(fault, site, scenario="live", act=fault.name, lasts=240) as inflicted:
        assert inflicted.evidence
        if not fault.heals_itself:
            fault.apply(site, inflicted.plan)
            assert not isinstance(fault.bite(site, inflicted.plan), NotYet), "applying it twice undid it"
        meanwhile(inflicted)
    assert site.left == trouble
    assert inflicted.healed
    if not fault.heals_itself:
        type(fault).undo(site, inflicted.plan.record)
        wait_until_healed(type(fault), site, inflicted.open_fault, inflicted.plan.heals)
    assert of_journal(site.journal.path) == []
    assert _left(site) - before == set()
    return _passed(inflicted, site)


def _left(site: Site) -> set[str]:
    return {one.says for one in leftovers.find(site) if one.kind not in {"namespace", "waiting"}}


def _passed(inflicted: Inflicted, site: Site) -> Passed:
    marks = {r["phase"]: r["at"] for r in read(site.journal.path) if r.get("id") == inflicted.id}
    heal = marks["healed"] - marks.get("undoing", marks["bit"])
    return Passed(inflicted.fault.name, marks["bit"] - marks["applying"], heal, inflicted.evidence, inflicted.healed)
