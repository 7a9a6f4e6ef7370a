"""Whose cluster this is, and what may be done to it.

``Risk`` is how much a fault or a claim does to a cluster; ``Guard`` refuses what is not allowed, before anything is touched.
"""

from kubeskeptic.guard.risk import Permits, Risk

__all__ = ["Permits", "Risk"]
