"""Checks: pure functions from an act to a finding.

A check returns measured values and their bounds; its verdict follows from these alone
(:func:`~kubeskeptic.findings.conclude`). It is *holds* only if enough was observed (:mod:`kubeskeptic.checks.evidence`).
"""

from kubeskeptic.checks.answers import answers_everywhere, crosses_nodes
from kubeskeptic.checks.autoscaling import follows_the_queue, never_scales_unmeasured, scales_before_it_measures
from kubeskeptic.checks.availability import available
from kubeskeptic.checks.capacity import never_overbooked
from kubeskeptic.checks.convergence import converges
from kubeskeptic.checks.cpu_autoscaling import follows_the_load
from kubeskeptic.checks.draining import recreated_as_others
from kubeskeptic.checks.entrances import never_addressed
from kubeskeptic.checks.evictions import keeps_unready
from kubeskeptic.checks.evidence import check
from kubeskeptic.checks.failing import dead_share_only, fails_at_most, never_fails
from kubeskeptic.checks.kept_ports import resolves_but_for_kept_ports
from kubeskeptic.checks.limits import killed_for_memory
from kubeskeptic.checks.loopback import as_configured_at_loopback
from kubeskeptic.checks.moves import catches_up, follows_move, stays_as_programmed
from kubeskeptic.checks.names import addresses_follow, each_server_follows, pod_name_follows, targets_follow
from kubeskeptic.checks.networks import flat, not_reached, reaches_everything
from kubeskeptic.checks.nodes import emptied_not_removed, turns_unknown
from kubeskeptic.checks.outages import only_its_share_fails
from kubeskeptic.checks.plugins import (
    goes_on_without_network,
    ready_again,
    runs_once_healed,
    turns_not_ready,
    waits_for_network,
)
from kubeskeptic.checks.pods import never_elsewhere, replaced_by_another, restarted_in_place, revived_in_place
from kubeskeptic.checks.pressure import evicted_and_replaced, evicted_for_good, reports_pressure
from kubeskeptic.checks.prestop import fails_below_a_delay_only
from kubeskeptic.checks.presumed import Presumed
from kubeskeptic.checks.readiness import resumes_sending, stays_ready, stops_sending
from kubeskeptic.checks.replacing import moved_within_budget, recovers_each_time, replaced_only_by_controllers
from kubeskeptic.checks.replicas import surplus_removed, whole_again
from kubeskeptic.checks.resolving import resolves_throughout, same_answer
from kubeskeptic.checks.rollouts import rolled_over
from kubeskeptic.checks.rules import same_rules
from kubeskeptic.checks.same_name import replaced_under_its_name
from kubeskeptic.checks.scaling import ends_in_order, scaled
from kubeskeptic.checks.scheduling import runs_in_time, runs_once_there_is_room, spreads, stays_pending
from kubeskeptic.checks.serving import fails_only_briefly, fails_only_while_evicted, serves_throughout
from kubeskeptic.checks.spread import balances
from kubeskeptic.checks.statefulsets import started_in_order, waits_for_its_node
from kubeskeptic.checks.stuck_rollouts import blocked_until_deleted
from kubeskeptic.checks.tables import matches
from kubeskeptic.checks.takeovers import comes_in_time
from kubeskeptic.checks.templates import reaches_all_pods, reaches_new_pods_only

__all__ = [
    "Presumed",
    "addresses_follow",
    "answers_everywhere",
    "as_configured_at_loopback",
    "available",
    "balances",
    "blocked_until_deleted",
    "catches_up",
    "check",
    "comes_in_time",
    "converges",
    "crosses_nodes",
    "dead_share_only",
    "each_server_follows",
    "emptied_not_removed",
    "ends_in_order",
    "evicted_and_replaced",
    "evicted_for_good",
    "fails_at_most",
    "fails_below_a_delay_only",
    "fails_only_briefly",
    "fails_only_while_evicted",
    "flat",
    "follows_move",
    "follows_the_load",
    "follows_the_queue",
    "goes_on_without_network",
    "keeps_unready",
    "killed_for_memory",
    "matches",
    "moved_within_budget",
    "never_addressed",
    "never_elsewhere",
    "never_fails",
    "never_overbooked",
    "never_scales_unmeasured",
    "not_reached",
    "only_its_share_fails",
    "pod_name_follows",
    "reaches_all_pods",
    "reaches_everything",
    "reaches_new_pods_only",
    "ready_again",
    "recovers_each_time",
    "recreated_as_others",
    "replaced_by_another",
    "replaced_only_by_controllers",
    "replaced_under_its_name",
    "reports_pressure",
    "resolves_but_for_kept_ports",
    "resolves_throughout",
    "restarted_in_place",
    "resumes_sending",
    "revived_in_place",
    "rolled_over",
    "runs_in_time",
    "runs_once_healed",
    "runs_once_there_is_room",
    "same_answer",
    "same_rules",
    "scaled",
    "scales_before_it_measures",
    "serves_throughout",
    "spreads",
    "started_in_order",
    "stays_as_programmed",
    "stays_pending",
    "stays_ready",
    "stops_sending",
    "surplus_removed",
    "targets_follow",
    "turns_not_ready",
    "turns_unknown",
    "waits_for_its_node",
    "waits_for_network",
    "whole_again",
]
