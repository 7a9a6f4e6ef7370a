from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from kubeskeptic.claims import catalogue
from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal
from kubeskeptic.paths import checkout
from kubeskeptic.proving.campaign import Attempt, attempts, proofs_of, unbroken
from kubeskeptic.proving.proofs import Proof, read_proofs, write_proofs
from kubeskeptic.proving.suites import AskedCase, asked_by

SUITES = checkout() / "suites"


def proof(**more: object) -> Proof:
    values = {"claim": "c", "case": "", "sabotage": "s", "verdict": "holds", "run": "r", "kubernetes": "v1", "harness": "0",
              "at": 1.0, "why": "w"}  # fmt: skip
    return Proof(**(values | more))  # type: ignore[arg-type]


def asked(claim: str, case: str = "") -> AskedCase:
    return next(one for one in asked_by(SUITES) if (one.case.claim, one.case.name) == (claim, case))


def test_every_claim_is_asked_and_every_case_can_be_broken() -> None:
    assert {one.id for one in catalogue()} == {one.case.claim for one in asked_by(SUITES)}
    for one in asked_by(SUITES):
        assert one.sabotages, f"nothing breaks {one.case}"


def test_every_sabotage_of_a_claim_breaks_a_case_of_it_and_every_sabotage_is_named() -> None:
    for one in catalogue():
        cases = [each for each in asked_by(SUITES) if each.case.claim == one.id]
        assert set(one.broken_by) == {sabotage.id for each in cases for sabotage in each.sabotages}
    declared = {id_ for one in asked_by(SUITES) for id_ in one.scenario.sabotages}
    assert declared == {id_ for one in catalogue() for id_ in one.broken_by}


def test_every_case_meets_each_of_its_sabotages_once() -> None:
    met = Counter(
        (str(one.case), id_, attempt.scenario.id)
        for attempt in attempts(asked_by(SUITES))
        for id_, cases in attempt.wanted.items()
        for one in cases
    )
    assert set(met.values()) == {1}
    assert set(met) == {(str(one.case), each.id, one.scenario.id) for one in asked_by(SUITES) for each in one.sabotages}


def test_sabotages_that_share_a_run_leave_each_other_alone() -> None:
    for attempt in attempts(asked_by(SUITES)):
        for a, b in combinations(attempt.wanted, 2):
            for id_, cases in ((a, attempt.wanted[b]), (b, attempt.wanted[a])):
                for one in cases:
                    assert not attempt.scenario.sabotages[id_].breaks_in(one.case.acts)


def test_only_some() -> None:
    (one,) = attempts(asked_by(SUITES / "services" / "test_pod_killed.py"), ["rules-flushed"])
    assert [str(each.case) for each in one.wanted["rules-flushed"]] == ["proxy.every-node"]
    (test,) = one.tests
    assert test.endswith("suites/services/test_pod_killed.py::test_every_node_answers_for_the_service")


def test_what_is_proven_by_the_checks_as_they_are_need_not_be_performed() -> None:
    asked = asked_by(SUITES / "services" / "test_pod_killed.py")
    pairs = [(one, each.id) for one in asked for each in one.sabotages]

    def left(**more: str) -> list[tuple[str, str]]:
        proofs = [
            proof(claim=one.case.claim, case=one.case.name, sabotage=id_, digest=one.digest, verdict="violated")
            for one, id_ in pairs
        ]
        planned = attempts(asked, proofs=[replace(proofs[0], **more), *proofs[2:]])  # type: ignore[arg-type]
        return [(str(one.case), id_) for each in planned for id_, cases in each.wanted.items() for one in cases]

    names = [(str(one.case), id_) for one, id_ in pairs]
    assert left() == [names[1]]
    assert set(left(digest="an older one")) == {*names[:2]}
    assert set(left(verdict="inconclusive")) == {*names[:2]}
    assert set(left(sabotage="another")) == {*names[:2]}


def test_the_record_holds_proofs_of_cases_that_are_asked_and_nothing_else() -> None:
    wanted = {(one.case.claim, one.case.name, each.id) for one in asked_by(SUITES) for each in one.sabotages}
    proofs = read_proofs(checkout() / "reports" / "proofs.json")
    assert {(one.claim, one.case, one.sabotage) for one in proofs} <= wanted, "these are asked no more: take them out"
    assert [one for one in proofs if one.verdict != "violated"] == []


def test_a_proof_is_about_the_test_and_the_checks_that_it_calls() -> None:
    same = asked("service.pod-killed", "forced").digest
    assert same == asked("service.pod-killed", "forced").digest
    assert same != asked("service.pod-killed", "SIGKILL").digest


def test_newer_proofs_replace_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "proofs.json"
    write_proofs(path, [proof(), proof(claim="b")])
    write_proofs(path, [proof(verdict="violated")])
    assert [(one.claim, one.verdict) for one in read_proofs(path)] == [("b", "holds"), ("c", "violated")]


def test_a_broken_file_of_proofs_is_said(tmp_path: Path) -> None:
    path = tmp_path / "proofs.json"
    path.write_text('[{"claim": 1}]')
    with pytest.raises(BadInput, match="not a file of proofs"):
        read_proofs(path)


def an_attempt() -> Attempt:
    pods = asked_by(SUITES / "services" / "test_pod_killed.py")
    frozen = [one for one in pods if "kube-proxy-frozen" in {each.id for each in one.sabotages}]
    (attempt,) = attempts(frozen, ["kube-proxy-frozen"])
    return attempt


def test_what_a_sabotaged_run_proves_case_by_case(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("run", id="r1", kubernetes="v1.37.2")
    for case, verdict in (
        ("forced", "violated"), ("graceful, preStop", "holds"), ("graceful, no preStop", "skipped"),
    ):  # fmt: skip
        journal.write("finding", claim="service.pod-killed", case=case, verdict=verdict, why="w")
    journal.close()
    attempt = an_attempt()
    proofs = proofs_of(journal.path, attempt)
    assert {(one.case, one.verdict, one.run) for one in proofs} == {
        ("forced", "violated", "r1"), ("graceful, preStop", "holds", "r1")
    }  # fmt: skip
    assert unbroken(attempt, proofs) == [
        "service.pod-killed (graceful, preStop) is holds under kube-proxy-frozen",
        "service.pod-killed (graceful, no preStop) is not asked under kube-proxy-frozen",
    ]
