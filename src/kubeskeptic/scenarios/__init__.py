"""Scenarios: one thing that happens to a cluster, once; many cases read its recording.

::

    set-up ── act ──────────────────────────── act … ── end
    manifest   │ baseline settled                │      probes stopped, namespace gone
    in its own │ start                           │
    namespace, │   faults, each with its order   │
    probes     │   hold until the bounds passed  │
               └ end (after a tail)

A scenario is declared in the suite file that asks about it (:class:`Scenario`); its acts are functions of a :class:`Stage`,
and only those are played that the chosen cases need.
"""

from kubeskeptic.scenarios.declaration import Scenario
from kubeskeptic.scenarios.sabotage import Sabotage
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline.recording import GIVEN

__all__ = ["GIVEN", "Sabotage", "Scenario", "Stage"]
