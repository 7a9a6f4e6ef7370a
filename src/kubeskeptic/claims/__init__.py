"""Claims: data before they are code. The catalogue is in the order of the post."""

from kubeskeptic.claims.catalogue import CHAPTERS, catalogue, claim, declare, own_claim
from kubeskeptic.claims.model import Claim

__all__ = ["CHAPTERS", "Claim", "catalogue", "claim", "declare", "own_claim"]
