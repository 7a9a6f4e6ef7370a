"""The claims, as data. The catalogue follows the order of the post."""

from kubeskeptic.claims.catalogue import CHAPTERS, catalogue, claim, declare, own_claim
from kubeskeptic.claims.model import Claim

__all__ = ["CHAPTERS", "Claim", "catalogue", "claim", "declare", "own_claim"]
