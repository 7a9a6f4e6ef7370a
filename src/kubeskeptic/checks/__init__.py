"""Checks: pure functions from an act to a finding.

A check measures, and says against which bounds; its verdict follows from these alone (:func:`~kubeskeptic.findings.conclude`),
and *holds* only where enough was seen (:mod:`kubeskeptic.checks.evidence`).
"""

from kubeskeptic.checks.answers import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.checks.convergence import converges
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failing import dead_share_only, fails_at_most, never_fails
from kubeskeptic.checks.moves import catches_up, follows_move, stays_as_programmed
from kubeskeptic.checks.networks import flat, not_reached, reaches_everything
from kubeskeptic.checks.nodes import emptied_not_removed, turns_unknown
from kubeskeptic.checks.pods import never_elsewhere, replaced_by_another, restarted_in_place, revived_in_place
from kubeskeptic.checks.replicas import whole_again
from kubeskeptic.checks.rules import same_rules
from kubeskeptic.checks.spread import balances
from kubeskeptic.checks.statefulsets import started_in_order, waits_for_its_node
from kubeskeptic.checks.tables import matches

__all__ = [
    "answers_everywhere",
    "balances",
    "catches_up",
    "check",
    "converges",
    "crosses_nodes",
    "dead_share_only",
    "emptied_not_removed",
    "fails_at_most",
    "flat",
    "follows_move",
    "matches",
    "never_elsewhere",
    "never_fails",
    "not_reached",
    "reaches_everything",
    "replaced_by_another",
    "restarted_in_place",
    "revived_in_place",
    "same_answer",
    "same_rules",
    "started_in_order",
    "stays_as_programmed",
    "turns_unknown",
    "waits_for_its_node",
    "whole_again",
]
