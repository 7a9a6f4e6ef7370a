"""Scenarios: a sequence of events, performed once on a cluster; many cases read its recording.

::

    set-up ── act ──────────────────────────── act … ── end
    manifest   │ baseline settled                │      probes stopped, namespace gone
    in its own │ start                           │
    namespace, │   faults, each with its order   │
    probes     │   hold until the bounds passed  │
               └ end (after a tail)

A scenario (:class:`Scenario`) is declared in the suite file whose tests read it. Its acts are functions of a :class:`Stage`;
only the acts that the chosen cases need are played.
"""

from kubeskeptic.scenarios.declaration import Scenario
from kubeskeptic.scenarios.sabotage import Sabotage
from kubeskeptic.scenarios.stage import Stage
from kubeskeptic.timeline.recording import GIVEN

__all__ = ["GIVEN", "Sabotage", "Scenario", "Stage"]
