"""Access to nodes: running commands there, and timers that fire independently of the harness.

::

    fault ── Site.in_node ──▶ NodeAccess ──┬─ EngineAccess ──▶ the node's container, by ``exec``     own kind clusters
                                           └─ PodAccess ──▶ API server ──▶ a privileged exec pod     any other cluster

Both run the same command lines. Through the engine, the node's own tools are used. The exec pod has its own tools, and wrappers
for the two that only the node can have, ``systemctl`` and ``ctr``.
"""

from kubeskeptic.node_access.access import EngineAccess, NoAccess, NodeAccess, access_to, read_only_access
from kubeskeptic.node_access.pod_access import PodAccess

__all__ = ["EngineAccess", "NoAccess", "NodeAccess", "PodAccess", "access_to", "read_only_access"]
