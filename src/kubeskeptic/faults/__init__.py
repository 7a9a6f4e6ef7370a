"""Faults: one thing done to a cluster, undone again, and both of them seen.

::

     plan ── intent ── armed ── applying ── applied ── bit ──▶ with-block ──▶ undoing ── undone ── healed ── disarmed ── done
      │        │         │          │                   │                        │                  │
      │     journal,   dead       apply()       bite() until it has      undo(), whatever    heal() until it has
      │     on disk    man's                    evidence, else undone    happened inside     evidence, else "failed"
      │                switch                   and inconclusive
      └ what would be done and undone: all that ``dry_run`` shows

Every line of the drawing is a ``fault`` record of the journal. A process that reads the intent's ``undo`` can undo the
fault alone: the switch does when the run dies, ``skeptic cleanup`` does when asked.

A fault (:class:`Fault`) is a small class, one per module, always in the same order: what it does and does not do, its
settings, plan, apply, bite, undo, heal. Use it through :func:`inflict`::

    with inflict(CrashNode("kubeskeptic-worker"), site, scenario="nodes/node_crashes", act="crash", lasts=300) as crash:
        …                    # crash.bit is when it was seen to bite, crash.evidence how
        crash.undo()         # early, when the story wants the node back; leaving the block then changes nothing

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
