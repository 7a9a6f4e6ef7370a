"""Faults: one thing done to a cluster and undone again, with evidence for both.

::

     plan ── intent ── armed ── applying ── applied ── bit ──▶ with-block ──▶ undoing ── undone ── healed ── disarmed ── done
      │        │         │          │                   │                        │                  │
      │     journal,   dead       apply()       bite() until it has      undo(), whatever    heal() until it has
      │     on disk    man's                    evidence, else undone    happened inside     evidence, else "failed"
      │                switch                   and inconclusive
      └ what would be done and undone: all that ``dry_run`` shows

Every phase of the drawing is a ``fault`` record of the journal. Another process can undo the fault from the intent's ``undo``:
the switch does when the run dies, and ``skeptic cleanup`` on request, both in the order of :mod:`~kubeskeptic.faults.undoing`.

A fault (:class:`Fault`) is a small class, one per module, always in the same order: what it does and does not do, its settings,
plan, apply, bite, undo, heal. Use it through :func:`inflict`::

    with inflict(CrashNode("kubeskeptic-worker"), site, scenario="nodes/node_crashes", act="crash", lasts=300) as crash:
        …                    # crash.bit_at is when it was seen to bite, crash.evidence how
        crash.undo()         # early; leaving the block then changes nothing

Faults compose with ``with inflict(a, …), inflict(b, …):`` and are refused when they overlap on a target.
"""

from kubeskeptic.faults.fault import Fault, Plan, Site, Timer, UndoRecord
from kubeskeptic.faults.lifecycle import Inflicted, dry_run, inflict
from kubeskeptic.faults.targets import InForce, Target, choose

__all__ = [
    "Fault",
    "InForce",
    "Inflicted",
    "Plan",
    "Site",
    "Target",
    "Timer",
    "UndoRecord",
    "choose",
    "dry_run",
    "inflict",
]
