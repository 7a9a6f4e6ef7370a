"""One of three pods goes, gracefully, by force, or by the death of its process; what do clients on every node see?

Given the services `web` (its pods end slowly, by a preStop delay) and `plain` (they end at once), of three pods each, watched
over new connections from every node.
"""

from __future__ import annotations

import pytest

from kubeskeptic import checks
from kubeskeptic.bounds import Settings
from kubeskeptic.checks.watching import alive
from kubeskeptic.durations import TAIL
from kubeskeptic.faults.pods.delete_pod import DeletePod
from kubeskeptic.faults.pods.kill_container import KillContainer
from kubeskeptic.findings import Finding, all_of
from kubeskeptic.guard.risk import Risk
from kubeskeptic.plugin import Holds
from kubeskeptic.probes.specs import dns_udp, http_new
from kubeskeptic.scenarios import Stage, scenario
from kubeskeptic.timeline import Recording


@scenario("services/pod_killed", needs=Risk.NAMESPACE)
def story(stage: Stage) -> None:
    """Pods of a service are deleted gracefully and by force, and one container is killed by SIGKILL, twice."""
    stage.apply()
    web, plain = stage.service("web"), stage.service("plain")
    stage.note("cluster_ip", web["clusterIP"])
    stage.ask(
        http_new("web", web["clusterIP"], 80, rate=50),
        http_new("plain", plain["clusterIP"], 80, rate=50),
        http_new("node-port", "$NODE", web["ports"][0]["nodePort"], rate=10),
        dns_udp("name", stage.dns_server(), stage.full_name("web"), expect=[web["clusterIP"]], rate=10),
    )
    with stage.act("quiet"):
        stage.note("homes", stage.homes("web"))
        stage.hold(10)

    polite, abrupt = stage.victim("web", "deleted"), stage.victim("plain", "deleted_plain")
    with (
        stage.act("graceful"),
        stage.inflict(DeletePod(stage.namespace, abrupt)),
        stage.inflict(DeletePod(stage.namespace, polite)) as last,
    ):
        stage.hold(longest(stage.settings), since=last.applied_at)

    forced = stage.victim("plain", "forced")
    with stage.act("forced"), stage.inflict(DeletePod(stage.namespace, forced, force=True)) as deletion:
        stage.hold(longest(stage.settings), since=deletion.applied_at)

    if stage.allows("sigkill", Risk.NODE):
        killed = stage.victim("web", "killed")
        with stage.act("sigkill"), stage.inflict(KillContainer(stage.namespace, killed)) as kill:
            stage.hold(longest(stage.settings), since=kill.applied_at)

    if stage.allows("again", Risk.NODE):
        killed = stage.facts["killed"]
        with stage.act("again"), stage.inflict(KillContainer(stage.namespace, killed)) as kill:
            stage.hold(stage.settings.back_off[1], since=kill.applied_at)


def longest(settings: Settings) -> float:
    """Seconds until the last bound of this scenario has passed, and a tail."""
    bounds = (settings.programming_lag, settings.plus("START"), settings.killed_container_window)
    return max(bound.value for bound in bounds) + TAIL


@pytest.mark.claim("service.stable", case="pods killed")
def test_the_name_keeps_its_one_address(recording: Recording, holds: Holds) -> None:
    acts = recording.allowed("quiet", "graceful", "forced", "sigkill")
    holds(checks.same_answer(recording, alive(recording, "name"), acts, recording.fact("cluster_ip")))


@pytest.mark.claim("service.pod-killed", case="graceful, preStop")
def test_no_request_fails_when_a_pod_ends_slowly(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("graceful", "delete_pod", recording.fact("deleted"))
    holds(checks.never_fails(alive(recording, "web"), recording.act("graceful"), fault.applied))


@pytest.mark.claim("service.pod-killed", case="graceful, no preStop")
def test_requests_fail_for_the_programming_lag_when_a_pod_ends_at_once(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("graceful", "delete_pod", recording.fact("deleted_plain"))
    lag, syn_sent = recording.settings.programming_lag, recording.settings["SYN_SENT"]
    lanes = alive(recording, "plain")
    holds(checks.fails_at_most(lanes, recording.act("graceful"), fault.applied, lag, syn_sent=syn_sent))


@pytest.mark.claim("service.pod-killed", case="forced")
def test_requests_fail_for_the_programming_lag_when_a_pod_is_forced_away(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("forced", "delete_pod")
    lag, syn_sent = recording.settings.programming_lag, recording.settings["SYN_SENT"]
    lanes = alive(recording, "plain")
    holds(checks.fails_at_most(lanes, recording.act("forced"), fault.applied, lag, syn_sent=syn_sent))


@pytest.mark.claim("service.pod-killed", case="SIGKILL")
def test_requests_fail_until_a_killed_container_is_noticed(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("sigkill", "kill_container")
    window, syn_sent = recording.settings.killed_container_window, recording.settings["SYN_SENT"]
    lanes = alive(recording, "web")
    holds(checks.fails_at_most(lanes, recording.act("sigkill"), fault.applied, window, syn_sent=syn_sent))


@pytest.mark.claim("heal.crash", case="once")
def test_a_killed_container_is_restarted_in_place(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("sigkill", "kill_container")
    bound = recording.settings.plus("START")
    victim = recording.fact("killed")
    holds(checks.restarted_in_place(recording, recording.act("sigkill"), victim, fault.applied, bound))


@pytest.mark.claim("heal.crash", case="again")
def test_a_container_that_is_killed_again_is_backed_off_from(recording: Recording, holds: Holds) -> None:
    fault, victim = recording.fault("again", "kill_container"), recording.fact("killed")
    soonest, latest = recording.settings.back_off
    holds(checks.restarted_in_place(recording, recording.act("again"), victim, fault.applied, latest, soonest=soonest))


@pytest.mark.claim("replicaset.count", case="deletion")
def test_a_deleted_replica_is_replaced(recording: Recording, holds: Holds) -> None:
    fault = recording.fault("graceful", "delete_pod", recording.fact("deleted"))
    bound = recording.settings.plus("START")
    holds(checks.whole_again(recording, recording.act("graceful"), "web", 3, fault.applied, bound))


@pytest.mark.claim("pod.not-stable")
def test_a_replacement_is_another_pod(recording: Recording, holds: Holds) -> None:
    holds(all_of([lambda: replaced_when_deleted(recording), lambda: kept_when_restarted(recording)]))


def replaced_when_deleted(recording: Recording) -> Finding:
    """The pod that is there instead of a deleted one is another one."""
    act, victim = recording.act("graceful"), recording.fact("deleted")
    deletion = recording.fault("graceful", "delete_pod", victim)
    return checks.replaced_by_another(recording, act, "web", victim, deletion.applied)


def kept_when_restarted(recording: Recording) -> Finding:
    """A pod whose container is restarted stays what it is, however long that takes."""
    act, kill = recording.act("sigkill"), recording.fault("sigkill", "kill_container")
    return checks.restarted_in_place(recording, act, recording.fact("killed"), kill.applied, None)


@pytest.mark.claim("proxy.every-node")
def test_every_node_answers_for_the_service(recording: Recording, holds: Holds) -> None:
    hosting = set(recording.fact("homes").values())
    act = recording.act("quiet")
    holds(
        all_of(
            [
                lambda: checks.answers_everywhere(alive(recording, "web"), act, hosting),
                lambda: checks.answers_everywhere(alive(recording, "node-port"), act, hosting),
            ]
        )
    )


@pytest.mark.claim("proxy.crosses-nodes")
def test_nodes_forward_to_other_nodes_all_the_time(recording: Recording, holds: Holds) -> None:
    holds(checks.crosses_nodes(alive(recording, "web"), recording.act("quiet"), recording.fact("homes")))
