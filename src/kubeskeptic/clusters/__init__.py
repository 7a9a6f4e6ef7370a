"""Clusters of our own: the engine, the images, kind, and the interface to the rest of the library.

::

    engine ─▶ node image, agent image ─▶ kind ─▶ pod network ─▶ Cluster
    (found or installed)  (pulled or built)        (ours when built)

:func:`up` is idempotent; :func:`find` touches nothing; :func:`down` deletes.
"""

from kubeskeptic.clusters.cluster import Cluster, Node, no_cluster
from kubeskeptic.clusters.engine import Engine
from kubeskeptic.clusters.up import down, find, load_agent_image, up

__all__ = [
    "Cluster",
    "Engine",
    "Node",
    "down",
    "find",
    "load_agent_image",
    "no_cluster",
    "up",
]
