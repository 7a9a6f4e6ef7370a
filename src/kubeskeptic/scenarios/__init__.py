"""Scenarios: one thing that happens to a cluster, once; many claims read its recording.

::

    apply ── ask ── act ──────────────────────────── act … ── end
    manifest probes  │ baseline settled                │      probes stopped, namespace gone
    in its own       │ start                           │
    namespace        │   faults, each with its order   │
                     │   hold until the bounds passed  │
                     └ end (after a tail)

A *story* is a function of a :class:`Stage`, declared with :func:`scenario` in the suite file that asks about it.
"""

from kubeskeptic.scenarios.declaration import Scenario, scenario
from kubeskeptic.scenarios.stage import Stage

__all__ = ["Scenario", "Stage", "scenario"]
