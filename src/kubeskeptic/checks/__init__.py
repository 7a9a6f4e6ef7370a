"""Checks: pure functions from an act to a finding.

A check measures, and says against which bounds; its verdict follows from these alone (:func:`~kubeskeptic.findings.conclude`),
and *holds* only where enough was seen (:mod:`kubeskeptic.checks.evidence`).
"""

from kubeskeptic.checks.answers import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.checks.autoscaling import follows_the_queue, never_scales_unmeasured, scales_before_it_measures
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failing import dead_share_only, fails_at_most, never_fails
from kubeskeptic.checks.nodes import emptied_not_removed, turns_unknown
from kubeskeptic.checks.pods import never_elsewhere, replaced_by_another, restarted_in_place, revived_in_place
from kubeskeptic.checks.replacing import moved_within_budget, recovers_each_time, replaced_only_by_controllers
from kubeskeptic.checks.replicas import whole_again
from kubeskeptic.checks.rollouts import rolled_over
from kubeskeptic.checks.serving import fails_only_briefly, serves_throughout
from kubeskeptic.checks.statefulsets import started_in_order, waits_for_its_node
from kubeskeptic.checks.tables import matches

__all__ = [
    "answers_everywhere",
    "check",
    "crosses_nodes",
    "dead_share_only",
    "emptied_not_removed",
    "fails_at_most",
    "fails_only_briefly",
    "follows_the_queue",
    "matches",
    "moved_within_budget",
    "never_elsewhere",
    "never_fails",
    "never_scales_unmeasured",
    "recovers_each_time",
    "replaced_by_another",
    "replaced_only_by_controllers",
    "restarted_in_place",
    "revived_in_place",
    "rolled_over",
    "same_answer",
    "scales_before_it_measures",
    "serves_throughout",
    "started_in_order",
    "turns_unknown",
    "waits_for_its_node",
    "whole_again",
]
