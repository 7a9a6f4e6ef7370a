"""Checks: pure functions from a recording to a finding.

Every check first asks whether enough was seen to say anything (:mod:`kubeskeptic.checks.watching`): a hole in the samples,
a watch that was interrupted, a dirty baseline, an outcome nobody classified and a fault that did not bite are all
*inconclusive*, never a pass.
"""

from kubeskeptic.checks.answers import answers_everywhere, crosses_nodes, same_answer
from kubeskeptic.checks.failing import fails_at_most, never_fails
from kubeskeptic.checks.nodes import emptied_not_removed, turns_unknown
from kubeskeptic.checks.pods import never_elsewhere, replaced_by_another, restarted_in_place
from kubeskeptic.checks.replicas import whole_again
from kubeskeptic.checks.routing import dead_share_only
from kubeskeptic.checks.statefulsets import started_in_order, waits_for_its_node

__all__ = [
    "answers_everywhere",
    "crosses_nodes",
    "dead_share_only",
    "emptied_not_removed",
    "fails_at_most",
    "never_elsewhere",
    "never_fails",
    "replaced_by_another",
    "restarted_in_place",
    "same_answer",
    "started_in_order",
    "turns_unknown",
    "waits_for_its_node",
    "whole_again",
]
