from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from kubeskeptic.claims import catalogue
from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal
from kubeskeptic.paths import checkout
from kubeskeptic.proving import Attempt, Proof, attempts, proofs_of, read_proofs, write_proofs
from kubeskeptic.proving.campaign import asked_by_suites, cases_in_suites
from kubeskeptic.sabotages import SABOTAGES


def proof(**more: object) -> Proof:
    values = {"claim": "c", "case": "", "sabotage": "s", "verdict": "holds", "run": "r", "kubernetes": "v1", "harness": "0",
              "at": 1.0, "why": "w"}  # fmt: skip
    return Proof(**(values | more))  # type: ignore[arg-type]


def test_every_claim_is_asked_and_can_be_broken_where_it_is_asked() -> None:
    asked = asked_by_suites(checkout() / "suites")
    for one in catalogue():
        assert asked.get(one.id), f"{one.id} is asked by no suite"
        assert one.broken_by, f"nothing breaks {one.id}"
        for id_ in one.broken_by:
            assert asked[one.id] & set(SABOTAGES[id_].scenarios), f"{id_} cannot break {one.id} where it is asked"


def planned() -> list[Attempt]:
    return attempts(catalogue(), asked_by_suites(checkout() / "suites"))


def test_every_claim_meets_each_of_its_sabotages_once_in_each_scenario() -> None:
    met = Counter(
        (one.scenario, id_, claim) for one in planned() for id_, claims in one.claims.items() for claim in claims
    )
    assert set(met.values()) == {1}
    for one in catalogue():
        assert {id_ for _, id_, claim in met if claim == one.id} == set(one.broken_by)


def test_sabotages_that_share_a_run_leave_each_other_alone() -> None:
    for one in planned():
        for a, b in combinations(one.claims, 2):
            assert not SABOTAGES[a].spoils & SABOTAGES[b].spoils
            assert not set(one.claims[a]) & set(one.claims[b])


def test_only_some() -> None:
    (one,) = attempts(catalogue(), asked_by_suites(checkout() / "suites"), ["rules-flushed"])
    assert one.claims == {"rules-flushed": ("proxy.every-node",)}
    assert one.suite == "suites/services/test_pod_killed.py"


def test_every_sabotage_is_named_by_a_claim() -> None:
    assert set(SABOTAGES) == {id_ for one in catalogue() for id_ in one.broken_by}


def test_every_case_of_every_claim_has_been_seen_to_fail() -> None:
    asked, proofs = cases_in_suites(checkout() / "suites"), read_proofs(checkout() / "reports" / "proofs.json")
    broken = {(one.claim, one.case) for one in proofs if one.verdict == "violated"}
    assert asked - broken == set(), "run: skeptic prove"
    assert {(one.claim, one.case) for one in proofs} - asked == set(), "these are asked no more: take them out"
    named = {(one.id, id_) for one in catalogue() for id_ in one.broken_by}
    assert named - {(one.claim, one.sabotage) for one in proofs if one.verdict == "violated"} == set()


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


def test_only_the_attempts_own_claims_become_proofs(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.write("run", id="r", kubernetes="v1.37.2", settings={})
    for claim, verdict in (("a.b", "violated"), ("c.d", "violated")):
        journal.write("finding", scenario="s", test="t", claim=claim, case="x", verdict=verdict, why="w")
    journal.close()
    (found,) = proofs_of(journal.path, Attempt("chapter/s", {"sab": ("a.b",)}))
    assert (found.claim, found.case, found.verdict, found.run, found.sabotage) == ("a.b", "x", "violated", "r", "sab")
