"""Acts and faults in their own time, and evidence that cannot be read. An act lasts a minute."""

from __future__ import annotations

import pytest

from kubeskeptic.bounds import constant, setting
from kubeskeptic.checks.played import contradictions, lacking
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.timeline import Act, ActSpan
from kubeskeptic.timeline.recording import LEFT_OUT
from tests.checks.minute import GOOD, found, minute, says
from tests.drawn import fault, gone


def test_an_act_is_watched_for_as_long_as_its_case_says() -> None:
    def judged(undoing: float) -> Finding:
        one = minute(GOOD, faults=(gone(2.0, undoing=undoing),))
        return found(Act(one.recording, ["act"], watched=constant("test", 10.0)))

    says(judged(14.0), "")
    says(judged(13.9), "“act” was watched for 11.9 s; at least 12 s are required")
    one = minute(GOOD, faults=(gone(2.0, undoing=50),))
    finding = found(Act(one.recording, ["act"], watched=setting("GRACE")))
    assert (finding.verdict, "GRACE" in finding.why) == (Verdict.INCONCLUSIVE, True)


def test_each_act_is_watched_for_as_long_as_the_case_says() -> None:
    spans = (ActSpan("act", 0, 1, 10), ActSpan("later", 20, 21, 60))
    both = minute(GOOD, spans=spans, faults=(gone(2.0),)).recording
    said = "“act” was watched for 8.0 s; at least 12 s are required"
    says(found(Act(both, ["act", "later"], watched=constant("test", 10.0))), said)
    spans[0].end = None
    assert "was watched for" not in found(Act(both, ["act", "later"], watched=constant("test", 10.0))).why


@pytest.mark.parametrize("left_out", [{}, {"never": "no rights"}])
def test_of_an_act_that_never_began_nothing_is_said_here(left_out: dict[str, str]) -> None:
    one = minute(GOOD)
    one.recording.facts[LEFT_OUT] = left_out
    never = Act(one.recording, ["never"])
    assert ([*lacking(never)], [*contradictions(never)]) == ([], [])


def test_each_fault_of_the_act_has_to_bite_within_it() -> None:
    one, other = gone(2.0), gone(3.0, target="pod/ns/pod-b")
    del other.phases["bit"]
    says(
        found(minute(GOOD, faults=(one, other))),
        "The fault hang_container on pod/ns/pod-b of “act” was not seen to bite",
    )
    other = fault({"applying": 3.0, "bit": 3.0}, target="pod/ns/pod-a")
    says(found(minute(GOOD, faults=(one, other))), "The fault crash_node on pod/ns/pod-a of “act” was not seen to bite")
    says(found(minute(GOOD, faults=(one,))), "")
    says(found(minute(GOOD, faults=(gone(2.0, bit=60.0),))), "")
    for late in (gone(70.0), gone(2.0, bit=61.0), gone(-1.0)):
        says(found(minute(GOOD, faults=(late,)), value=9), "is recorded for “act”, but was not injected within it")


@pytest.mark.parametrize(
    ("baseline", "start", "end", "turned"),
    [
        (0, 1, 60, False),
        (None, 1, 60, False),
        (1, 1, 60, False),
        (0, 1, 1, True),
        (0, 1, 0.5, True),
        (1.1, 1, 60, True),
    ],
)
def test_an_act_begins_before_it_ends(baseline: float | None, start: float, end: float, turned: bool) -> None:
    one = minute(GOOD, spans=(ActSpan("act", baseline, start, end),))
    said = [*contradictions(one)]
    assert said == (["The recorded end of “act” is before its beginning"] if turned else [])


def test_of_each_fault_that_the_act_names_there_is_a_record() -> None:
    one = minute(GOOD, faults=(gone(2.0),))
    (known,) = one.recording.faults
    (span,) = one.recording.acts.values()
    span.faults = (known.id,)
    says(found(one), "")
    span.faults = (known.id, "delete_pod-9")
    says(found(one, value=9), "No record of the fault delete_pod-9 of “act”")


def test_evidence_of_another_shape_says_nothing() -> None:
    def reads(act: Act) -> object:
        return act.recording.facts["missing"]["field"]

    says(found(minute(GOOD), reads), "is not structured as this check expects: KeyError: 'missing' at test_played.py")


def test_each_fault_of_the_act_is_named_at_its_end() -> None:
    one = minute(GOOD, faults=(gone(2.0),))
    (span,) = one.recording.acts.values()
    says(found(one), "")
    span.faults = ()
    says(found(one, value=9), "The record of the end of “act” lacks its fault")


@pytest.mark.parametrize(
    ("phases", "left"),
    [
        ({"applying": -9.0, "applied": -8.0, "bit": -8.0, "done": 0.5}, False),
        ({"applying": -9.0, "applied": -8.0, "bit": -8.0, "done": 1.5}, True),
        ({"applying": -9.0, "applied": -8.0, "bit": -8.0, "undone": 0.5, "healed": 0.5}, True),
        ({"intent": -9.0, "armed": -9.0}, False),
        ({"applying": -9.0, "applied": -8.0, "bit": -8.0, "failed": 0.5}, False),  # it heals by itself, later
        ({"applying": -9.0, "applied": -8.0, "bit": -8.0, "undoing": 0.4, "failed": 0.5}, True),
        ({"applying": 9.0, "applied": 9.0, "bit": 9.0}, False),
    ],
)
def test_what_was_done_before_is_over_when_an_act_begins(phases: dict[str, float], left: bool) -> None:
    earlier = fault(phases, target="node/n9")
    earlier.act = "earlier"
    why = "The fault crash_node on node/n9 of “earlier” was not over when “act” began"
    says(found(minute(GOOD, faults=(earlier,))), why if left else "")
    one = minute(GOOD, faults=(earlier,))
    assert found(one, value=9).verdict is Verdict.VIOLATED
