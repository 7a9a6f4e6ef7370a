"""Lies about which nodes there are, and which of them a fault took out: what was asked from others does not count."""

from __future__ import annotations

from collections.abc import Iterable

from kubeskeptic.findings import Verdict
from kubeskeptic.journal import Record
from tests.replay.telling import Teller, both

from .recorded import REFUSED, Sample, samples

FORCED, POLITE = "service.pod-killed (forced)", "service.pod-killed (graceful, preStop)"
LEFT_OUT = "kubeskeptic-worker2"


def unnamed(record: Record) -> Iterable[Record]:
    """A node is in no list of nodes, and was not asked from."""
    if record["kind"] == "samples" and record["node"] == LEFT_OUT:
        return []
    if record.get("resource") == "Node" and record["object"]["metadata"]["name"] == LEFT_OUT:
        return []
    if record["kind"] == "run":
        each = {name: dict(one) for name, one in record["settings"].items()}
        for one in each.values():
            one["per_node"] = {node: value for node, value in one.get("per_node", {}).items() if node != LEFT_OUT}
        return [record | {"nodes": [node for node in record["nodes"] if node != LEFT_OUT], "settings": each}]
    return [record]


def test_pods_ran_on_a_node_that_nobody_names(told: Teller) -> None:
    finding = told(POLITE, unnamed)
    assert (finding.verdict, f"was on {LEFT_OUT}, which is not a node" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_run_without_nodes(told: Teller) -> None:
    finding = told(POLITE, lambda record: [record | ({"nodes": []} if record["kind"] == "run" else {})])
    assert (finding.verdict, "names no node" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_a_fault_of_a_pod_took_out_the_node_on_which_requests_fail(told: Teller) -> None:
    at = told.when("forced")

    def failing(node: str, name: str, sent: float, one: Sample) -> Sample:
        hit = (node, name) == (LEFT_OUT, "plain") and at <= sent < at + 6
        return one | {"outcome": REFUSED, "by": 0} if hit else one

    def taken(record: Record) -> Iterable[Record]:
        mine = record["kind"] == "fault" and record.get("act") == "forced" and record.get("targets")
        return [record | ({"targets": [*record["targets"], f"node/{LEFT_OUT}"]} if mine else {})]

    assert told(FORCED, samples(failing)).verdict is Verdict.VIOLATED
    finding = told(FORCED, both(samples(failing), taken))
    assert (finding.verdict, "cannot have taken out" in finding.why) == (Verdict.INCONCLUSIVE, True)
