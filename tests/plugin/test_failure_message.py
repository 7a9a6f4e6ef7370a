"""The text of a violated claim: everything that a reader asks, in that order, for the case alone."""

from __future__ import annotations

from pathlib import Path

from kubeskeptic.bounds import Bound
from kubeskeptic.claims.model import Case
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.plugin.failure_message import failure_message
from kubeskeptic.reports.rerun import of_test
from kubeskeptic.timeline import ActSpan, Recording
from tests.drawn import fault

TEST = "suites/services/test_pod_killed.py::test_forced"
RUN = {"seed": 7, "command": "pytest --seed 7 --cluster mine --sabotage kube-proxy-frozen"}
CASE = Case("service.pod-killed", "forced", ("forced",))
VIOLATED = Finding(
    Verdict.VIOLATED,
    "Requests failed for 9 s.",
    {"failing": Measure(9, "s"), "asked": Measure(900, "requests")},
    {"failing": Bound(3, "s", "SYNC 1 + margin 2")},
    nodes=("n1", "n2"),
    decisive=("n1: 9.00 s from +0.10 s",),
)


def recording(**acts: float) -> Recording:
    """A scenario that began at 100 s, with a fault in each of its acts, half a second after the act began."""
    spans = {name: ActSpan(name, start=start) for name, start in acts.items()}
    faults = [fault({"applied": start + 0.5}, name) for name, start in acts.items()]
    return Recording("services/pod_killed", started=100.0, acts=spans, faults=faults)


def lines(of: Recording | None = None, journal: Path | None = None) -> list[str]:
    return failure_message(VIOLATED, CASE, TEST, of, RUN, journal).splitlines()


def test_labels_come_in_the_order_in_which_a_reader_asks() -> None:
    said = lines(recording(forced=200.0), Path("/r/1/journal.jsonl"))
    assert said[0] == "service.pod-killed (forced) is violated: Requests failed for 9 s."
    labels = ["claim", "measured", "", "act", "decided", "nodes", "fault", "journal", "again", "replay"]
    assert [line[2:11].strip() for line in said[1:]] == labels
    assert "failing: 9 s, allowed at most 3 s (SYNC 1 + margin 2)" in said[2]


def test_faults_are_those_of_the_case_and_of_its_sabotages_counted_from_its_act() -> None:
    seen = recording(graceful=150.0, forced=200.0)
    seen.faults += [fault({"applied": 199.0}, "sabotage: forced"), fault({"applied": 149.0}, "sabotage: graceful")]
    assert [line.split()[1:3] for line in lines(seen) if line.startswith("  fault")] == [["+0.5", "s:"], ["-1.0", "s:"]]


def test_an_overloaded_machine_is_named_where_it_is_known() -> None:
    case, acts = Case("service.stable", "", ("quiet", "forced", "again")), recording(quiet=1.0, forced=2.0, other=3.0)
    assert "  machine" not in failure_message(VIOLATED, case, TEST, acts, RUN, None)
    acts.acts["quiet"].waited, acts.acts["forced"].waited, acts.acts["other"].waited = 0.2, 0.817, 0.99
    said = failure_message(VIOLATED, case, TEST, acts, RUN, None)
    assert "  machine   processes waited for a processor in 82% of the time of “forced”" in said


def test_without_an_act_faults_are_counted_from_the_start_of_the_scenario() -> None:
    seen = Recording("services/pod_killed", started=100.0, faults=[fault({"applied": 103.0}, "forced")])
    (line,) = (line for line in lines(seen) if line.startswith("  fault"))
    assert "+3.0 s from the start of the scenario" in line


def test_the_commands_have_the_cluster_the_seed_and_the_sabotages() -> None:
    said = "\n".join(lines(journal=Path("/r/1/journal.jsonl")))
    assert f"again     pytest {TEST} --seed 7 --cluster mine --sabotage kube-proxy-frozen" in said
    assert f"replay    pytest {TEST} --replay=/r/1" in said


def test_of_a_run_without_a_command_the_seed_is_known() -> None:
    assert of_test({"seed": 7}, TEST) == f"pytest {TEST} --seed 7"
    assert of_test({}, TEST) == f"pytest {TEST}"
