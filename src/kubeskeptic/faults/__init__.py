"""Faults: each does one thing to a cluster and undoes it again, with evidence for both.

::

     plan ── intent ── armed ── applying ── applied ── bit ──▶ with-block ──▶ undoing ── undone ── healed ── disarmed ── done
      │        │         │          │                   │                        │                  │
      │     journal,   dead       apply()       bite() until it has      undo(), whatever    heal() until it has
      │     on disk    man's                    evidence, else undone    happened inside     evidence, else "failed"
      │                switch                   and inconclusive
      └ what would be done and undone: all that ``dry_run`` shows

Each phase of the drawing is a ``fault`` record in the journal. Another process can undo the fault from the ``undo`` field of
its intent: the switch does so when the run dies, and ``skeptic cleanup`` on request. Both follow the order in
:mod:`~kubeskeptic.faults.undoing`.

A fault (:class:`Fault`) is a small class, one per module. All modules have the same order: what the fault does and does not do,
its settings, plan, apply, bite, undo, heal. Use faults through :func:`inflict`::

    with inflict(CrashNode("kubeskeptic-worker"), site, scenario="nodes/node_crashes", act="crash", lasts=300) as crash:
        …                    # crash.bit_at is when it was seen to bite, crash.evidence what showed it
        crash.undo()         # undoes it early; leaving the block then does nothing

Faults compose with ``with inflict(a, …), inflict(b, …):`` and are refused when they share a target.
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
