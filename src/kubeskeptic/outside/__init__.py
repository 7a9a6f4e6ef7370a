"""The outside probe: asks the cluster over HTTP from the harness's machine, as a second witness beside the agents.

::

    this machine                                          node
    ┌──────────────────────────┐                          ┌──────────────────────────┐
    │ run ◀─batches─ process ──┼── httpx, new connection ─┼─▶ NodePort ──▶ pod       │
    │  │                       │                          │       ▲                  │
    │  ▼                       │                          │       └── agent's socket │
    │ journal                  │                          └──────────────────────────┘
    └──────────────────────────┘

It shares the agents' schedule and their list of outcomes, and nothing of the way that a question takes: another client, from
another place, on this machine's own clock. Its lanes are named by :func:`~kubeskeptic.outside.probe.lane`, which is no node.
"""

from kubeskeptic.outside.probe import OutsideProbe, Target, lane, node_targets
from kubeskeptic.outside.standstills import on_this_machine, witnessed

__all__ = ["OutsideProbe", "Target", "lane", "node_targets", "on_this_machine", "witnessed"]
