"""Gone and new are not the same as no longer and newly seen to hold: the suites of a run know what they can ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kubeskeptic.reports.compared import markdown, render
from kubeskeptic.reports.comparison import Comparison, document
from kubeskeptic.reports.pair import ClaimChange, Noise, Pair, knows
from tests.reports.test_comparison import finding, result

TEST = "suites/workloads/test_crash.py::test_once"


def known(*claims: str, within: str = "suites", **cases: list[str]) -> dict[str, Any]:
    """What a run's suites have."""
    return {"within": [within], "cases": {claim: [""] for claim in claims} | cases}


def asked(verdict: str, claim: str = "heal.crash") -> dict[str, Any]:
    return finding(verdict, claim=claim) | {"test": TEST}


@pytest.mark.parametrize(
    ("was", "now", "knows_", "turn", "status"),
    [
        ("holds", None, known("other"), ClaimChange.GONE, 10),
        ("violated", None, known("other"), ClaimChange.GONE, 0),
        ("inconclusive", None, known("other"), ClaimChange.GONE, 0),
        ("holds", None, known("heal.crash"), ClaimChange.LOST, 10),  # it has it, and did not ask
        ("holds", None, known("other", within="suites/services"), ClaimChange.LOST, 10),  # it did not look there
        ("holds", None, None, ClaimChange.LOST, 10),  # an older run does not say
        ("holds", "inconclusive", known("heal.crash"), ClaimChange.LOST, 10),
        (None, "holds", known("other"), ClaimChange.NEW, 0),
        (None, "inconclusive", known("other"), ClaimChange.NEW, 0),
        (None, "violated", known("other"), ClaimChange.VIOLATED, 1),
        (None, "holds", known("heal.crash"), ClaimChange.GAINED, 0),
    ],
)
def test_what_became_of_a_claim_that_a_run_does_not_have(
    was: str | None, now: str | None, knows_: dict[str, Any] | None, turn: ClaimChange, status: int
) -> None:
    rest = finding("holds", claim="other")
    before, after = (result(rest, *([asked(one)] if one else [])) for one in (was, now))
    lacking = after if now is None else before
    lacking["run"] |= {"known": knows_} if knows_ else {}
    compared = Comparison(before, after)
    assert [pair.turn for pair in compared.pairs if pair.claim == "heal.crash"] == [turn]
    assert compared.status == status


@pytest.mark.parametrize(
    ("within", "answer"),
    [
        ("suites", False),
        (".", False),
        ("suites/workloads/test_crash.py", False),
        (TEST, False),
        ("suites/work", None),
        ("suites/workloads/test_crash.py::test_on", None),
    ],
)
def test_only_a_run_that_read_the_place_of_a_test_can_say_that_there_is_none(within: str, answer: bool | None) -> None:
    run = {"known": known(within=within)}
    assert knows(run, "heal.crash", "once", TEST) is answer
    assert knows(run, "heal.crash", "once", "") is None  # a baseline does not say by which test
    assert knows({}, "heal.crash", "once", TEST) is None


def test_a_case_that_is_known_elsewhere_was_moved_and_is_not_gone() -> None:
    run = {"known": {"within": ["suites"], "cases": {"heal.crash": ["once"]}}}
    assert knows(run, "heal.crash", "once", "suites/gone.py::test") is True
    assert knows(run, "heal.crash", "again", "suites/gone.py::test") is False


def test_gone_and_new_are_told_in_words() -> None:
    before = result(asked("holds"), finding("holds", claim="other"), known=known("heal.crash", "other"))
    after = result(asked("holds", "heal.hang"), finding("holds", claim="other"), known=known("heal.hang", "other"))
    compared = Comparison(before, after)
    text = render(compared)
    assert "Gone: 1\n  – heal.crash: holds → not in the suites\n" in text
    assert "New: 1\n  ● heal.hang: not in the suites → holds\n" in text
    assert text.endswith("1 gone, 1 new; 1 of 3 hold in both.")
    assert "| `heal.crash` | gone | not in the suites |" in markdown(compared)
    assert {one["id"]: one["turn"] for one in document(compared)["claims"]} == {
        "heal.hang": "new", "other": "the same verdict", "heal.crash": "gone",
    }  # fmt: skip


def test_kubelets_and_settings_of_single_nodes_are_in_every_format() -> None:
    old, new = dict.fromkeys("abcd", "v1.36.3"), dict.fromkeys("abcd", "v1.37.2") | {"c": "v1.36.3"}
    one = {"value": 10.0, "unit": "s", "from": "configz"}
    before, after = result(finding("holds"), kubelets=old), result(finding("holds"), kubelets=new)
    before["run"]["settings"] |= {"SYNC": one | {"per_node": dict.fromkeys("abcd", 10.0)}}
    after["run"]["settings"] |= {"SYNC": one | {"per_node": dict.fromkeys("abcd", 10.0) | {"b": 1.0}}}
    for run in (before, after):
        run["run"]["settings"] |= {"LEASE": one | {"per_node": {"a": 5.0, "b": 10.0}}}
    compared = Comparison(before, after)
    kubelets = "v1.36.3 on c, v1.37.2 on the other 3 nodes (before: v1.36.3 everywhere)"
    text = render(compared).replace("\N{NO-BREAK SPACE}", " ")
    assert f"\nkubelets: {kubelets}\n" in text
    assert "  SYNC           10 s → 1 s on b, 10 s on the other 3 nodes  (configz)\n" in text
    assert "  LEASE          5 s on a, 10 s on b  (unchanged)\n" in text
    assert f"\nkubelets: {kubelets}\n" in markdown(compared).partition("<details>")[0]
    told = document(compared)
    assert (told["kubelets"], list(told["settings"]), list(told["uneven"])) == (kubelets, ["SYNC"], ["LEASE"])


def test_a_setting_names_the_claims_whose_bounds_changed_with_it() -> None:
    was, now = finding("holds"), finding("holds")
    for one, grace in ((was, 40), (now, 50)):
        one["bound"]["restarted"] |= {"value": grace + 2.0, "from": f"GRACE {grace} + margin 2"}
    other = finding("holds", claim="other")
    compared = Comparison(result(was, other, grace=40.0), result(now, other))
    assert "GRACE          40\N{NO-BREAK SPACE}s → 50\N{NO-BREAK SPACE}s" in render(compared)
    assert "changes the bound of 1\N{NO-BREAK SPACE}case: heal.crash\n" in render(compared)
    assert [one["bound_changed_with"] for one in document(compared)["claims"]] == [["GRACE"], []]
    many = [was | {"claim": "x", "case": str(at)} for at in range(6)], [now | {"case": str(at)} for at in range(6)]
    assert "changes the bound of 6\N{NO-BREAK SPACE}cases\n" in render(
        Comparison(result(*many[0], grace=40.0), result(*many[1]))
    )


def noise(spread: float) -> Noise:
    known_ = Noise({("heal.crash", "", "restarted"): spread, ("heal.crash", "", "asked"): 0.0})
    known_.runs = 10
    return known_


def test_the_noise_stands_beside_a_number() -> None:
    was, now = result(finding("holds", 2.0)), result(finding("holds", 3.0))
    compared = Comparison(was, now, None, noise(0.5))
    space = "\N{NO-BREAK SPACE}"
    assert f"restarted 2{space}s → 3{space}s (noise: 0.5{space}s)" in render(compared)
    row = f"| `heal.crash` | restarted | ≤{space}4{space}s | 2{space}s | 3{space}s | 0.5{space}s |"
    assert row in markdown(compared)
    assert f"their noise in 10{space}runs are left out" in render(compared)
    (told,) = document(compared)["claims"]
    assert (told["moved"], told["varies"]) == (["restarted"], {"restarted": 0.5, "asked": 0.0})
    assert Comparison(was, now, None, noise(1.0)).moved == []
    assert "| noise |" not in markdown(Comparison(was, now, None, noise(1.0)))
    assert "| noise |" not in markdown(Comparison(was, now))
    assert document(Comparison(was, now))["noise"] is None


def test_a_number_that_no_tally_has_is_said_to_be_of_unknown_noise() -> None:
    compared = Comparison(
        result(finding("holds", 2.0)), result(finding("holds", 3.0)), None, Noise({("x", "", "y"): 1.0})
    )
    assert "(noise unknown)" in render(compared)


@pytest.mark.parametrize(
    ("at_least", "was", "now", "nearer"), [(False, 1.0, 2.0, 0.25), (True, 2.0, 1.0, 0.25), (False, 2.0, 1.0, -0.25)]
)
def test_how_much_nearer_to_its_bound_a_number_came(at_least: bool, was: float, now: float, nearer: float) -> None:
    before, after = (finding("holds", one) for one in (was, now))
    for one in (before, after):
        one["bound"]["restarted"]["at_least"] = at_least
    pair = Pair("heal.crash", "", before, after)
    assert pair.nearer("restarted") == nearer
    assert pair.nearer("asked") == 0.0


def test_numbers_that_came_nearest_to_their_bounds_are_first() -> None:
    before = result(finding("holds", 1.0, "a"), finding("holds", 1.0, "b"), finding("holds", 3.0, "c"))
    after = result(finding("holds", 2.0, "a"), finding("holds", 3.5, "b"), finding("holds", 1.0, "c"))
    assert [pair.claim for pair, name in Comparison(before, after).moved] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("at_least", "bound", "was", "now", "worse"),
    [
        (False, 4.0, 1.0, 2.0, False),  # exactly the tolerance: 25 % of the bound
        (False, 4.0, 1.0, 2.01, True),
        (False, 58.0, 1.0, 1.6, False),  # more than half of itself, but 1 % of the bound
        (False, 58.0, 30.0, 45.0, True),
        (False, 4.0, 0.0, 0.1, False),  # from 0, too, the bound is the measure
        (False, 4.0, 0.0, 1.1, True),
        (False, 0.0, 0.0, 0.0, False),
        (False, 4.0, 3.0, 1.0, False),
        (True, 4.0, 6.0, 5.0, False),
        (True, 4.0, 6.0, 4.9, True),
        (True, 4.0, 5.0, 7.0, False),
    ],
)
def test_a_tolerance_is_a_share_of_the_bound(at_least: bool, bound: float, was: float, now: float, worse: bool) -> None:
    before, after = (finding("holds", one) for one in (was, now))
    for one in (before, after):
        one["bound"]["restarted"] |= {"at_least": at_least, "value": bound}
    pair = Pair("heal.crash", "", before, after, 25)
    assert pair.worse == ["restarted"] * worse
    assert replace(pair, tolerance=None).worse == []
    assert replace(pair, before={**before, "verdict": "inconclusive"}).worse == []
