"""Whose cluster this is, what may be done to it, and who is at it now.

``Guard`` refuses what is not allowed before anything is touched; ``Risk`` is how much a fault or a claim does to a cluster;
``Lease`` keeps a second harness out. A refusal is :class:`~kubeskeptic.errors.Refused`, exit status 21.
"""

from kubeskeptic.guard.lease import Lease
from kubeskeptic.guard.ownership import Guard
from kubeskeptic.guard.risk import CONSENT, Permits, Risk, consent_manifest

__all__ = ["CONSENT", "Guard", "Lease", "Permits", "Risk", "consent_manifest"]
