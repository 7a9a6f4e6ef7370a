"""Whether a cluster is ours, what may be done to it, and which run uses it.

``Guard`` refuses what is not allowed before anything is changed. ``Risk`` ranks what a fault or a claim does to a cluster.
``Lease`` keeps a second run out. A refusal is :class:`~kubeskeptic.errors.Refused`, exit status 21.
"""

from kubeskeptic.guard.lease import Lease
from kubeskeptic.guard.ownership import Guard
from kubeskeptic.guard.risk import Risk

__all__ = ["Guard", "Lease", "Risk"]
