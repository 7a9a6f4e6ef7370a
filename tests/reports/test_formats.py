"""Every format tells the same findings, and none lets a secret out."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from kubeskeptic.errors import BadInput
from kubeskeptic.reports import Written, summary, write_all
from kubeskeptic.reports.html.front import front
from kubeskeptic.reports.model import Report
from kubeskeptic.reports.result_json import document, schema
from kubeskeptic.reports.wording import NBSP

from .conftest import PROOFS
from .schemas import errors

CANARIES = (
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl-canary",
    "Bearer canary0123456789abcdef",
    "https://user:canary-word@registry.example/v2",
    "password=canary-hunter2-canary",
    "-----BEGIN RSA PRIVATE KEY-----\ncanaryMIIEow\n-----END RSA PRIVATE KEY-----",
    "abcdef.canary0123456789",
)


@pytest.fixture(scope="module")
def written(run_dir: Path) -> Written:
    return write_all(run_dir)


def test_result_json_keeps_its_schema(written: Written) -> None:
    result = json.loads(written.result.read_text())
    assert errors(result) == []


def test_a_broken_off_run_keeps_it_too(broken_dir: Path) -> None:
    result = json.loads(write_all(broken_dir).result.read_text())
    assert errors(result) == []
    assert result["run"]["ended"] is None


def test_the_schema_notices_what_is_wrong(report: Report) -> None:
    result = document(report)
    result["claims"][0]["verdict"] = "maybe"
    result["claims"][1]["seconds"] = "long"
    del result["run"]["seed"]
    result["probing"]["more"] = 1
    said = errors(result)
    assert [line.partition(": ")[0] for line in sorted(said)] == [
        "$.claims[0].verdict", "$.claims[1].seconds", "$.probing", "$.run",
    ]  # fmt: skip


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())
    assert Draft202012Validator.META_SCHEMA["$id"] == schema()["$schema"]


def test_result_json_has_a_claim_per_finding_with_its_proofs(written: Written) -> None:
    claims = json.loads(written.result.read_text())["claims"]
    assert Counter(claim["verdict"] for claim in claims) == {
        "holds": 10,
        "violated": 1,
        "inconclusive": 2,
        "skipped": 1,
    }
    dies = next(claim for claim in claims if claim["id"] == "service.node-dies")
    assert dies["broken_by"] == [{"id": "node-lifecycle-off", "seen": "violated"}]
    assert dies["measured"]["routing wrong"] == {"value": 46.9, "unit": "s"}
    assert dies["bound"]["routing wrong"]["from"] == "GRACE 50 + MONITOR 5 + SYNC 1 + margin 2"


def test_probing_says_how_punctual_the_questions_were(written: Written) -> None:
    probing = json.loads(written.result.read_text())["probing"]
    assert probing["samples"] == 39500
    assert probing["gaps"] == 1
    assert 2.5 < probing["tick_lag_p99_ms"] < 3.1
    assert probing["standstills_ms"] == []


def test_junit_counts_violated_as_failures_and_inconclusive_as_errors(written: Written) -> None:
    root = ElementTree.fromstring(written.junit.read_text())
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("14", "1", "2", "1")
    case = next(one for one in root.iter("testcase") if one.get("name") == "service.node-dies[crash]")
    said = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert said["claim"] == "service.node-dies"
    assert said["verdict"] == "holds"
    assert said["post"] == "qualified"
    assert "58" in (said["bound.routing wrong"] or "")


def test_allure_has_a_result_per_finding_and_timelines(written: Written) -> None:
    results = [json.loads(path.read_text()) for path in written.allure.glob("*-result.json")]
    assert Counter(one["status"] for one in results) == {"passed": 10, "failed": 1, "broken": 2, "skipped": 1}
    dies = next(one for one in results if one["name"] == "service.node-dies · crash")
    assert {"name": "claim", "value": "service.node-dies"} in dies["labels"]
    assert {"name": "epic", "value": "Services"} in dies["labels"]
    assert (written.allure / dies["attachments"][0]["source"]).read_text().startswith("<svg")


def test_writing_again_replaces(written: Written, run_dir: Path) -> None:
    before = sorted(path.name for path in written.allure.iterdir())
    again = write_all(run_dir)
    after = sorted(path.name for path in again.allure.iterdir())
    assert len(before) == len(after)
    assert not list(run_dir.glob(".*.new"))


def test_the_summary_tells_what_is_bad_first(written: Written) -> None:
    text = written.summary.read_text()
    assert text.startswith("# What held, what did not, and what is inconclusive\n")
    assert text.index("Violated: `replicaset.count · deletion`") < text.index("## Control loops")
    assert "1 of 11 claims proven able to fail" in text


def test_a_claim_is_proven_only_when_every_case_of_it_was_broken(written: Written, report: Report) -> None:
    killed = next(section for section in report.sections if section.claim.id == "service.pod-killed")
    assert not killed.proven
    assert "forced" not in killed.unproven
    assert "sigkill" in killed.unproven
    assert "not yet proven able to fail: " in written.html.read_text()
    forced = next(c for c in json.loads(written.result.read_text())["claims"] if c["case"] == "forced")
    sigkill = next(c for c in json.loads(written.result.read_text())["claims"] if c["case"] == "sigkill")
    assert forced["broken_by"][0] == {"id": "kube-proxy-frozen", "seen": "violated"}
    assert sigkill["broken_by"][0] == {"id": "kube-proxy-frozen", "seen": None}


def test_the_summary_counts_gaps_and_names_scenarios_as_they_are_typed(written: Written) -> None:
    text = written.summary.read_text().replace(NBSP, " ")
    assert "39 500 samples, 1 gap; 99 of 100 requests" in text
    assert "- services/pod\\_killed: " in text


def test_a_huge_summary_is_cut_and_says_so(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "MOST_BYTES", 2000)
    text = summary.render(report)
    assert len(text.encode()) <= 2000
    assert "more lines left out here; index.html has everything" in text


def test_no_journal_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no journal"):
        write_all(tmp_path)


def test_proofs_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "journal.jsonl").write_text('{"at":1.0,"kind":"run","id":"run"}\n')
    (tmp_path / "proofs.json").write_text("{")
    with pytest.raises(BadInput, match="skeptic prove"):
        write_all(run)


def test_no_format_lets_a_secret_out(tmp_path: Path) -> None:
    run = tmp_path / "20261123-2100-leak"
    run.mkdir()
    (run / "journal.jsonl").write_text("".join(json.dumps(record) + "\n" for record in leaky()))
    (tmp_path / "proofs.json").write_text(json.dumps([{**PROOFS[0], "why": " ".join(CANARIES)}]))
    write_all(run)
    for path in run.rglob("*"):
        if path.is_file() and path.name != "journal.jsonl":
            assert "canary" not in path.read_text(), path.name


def leaky() -> list[dict[str, object]]:
    """A journal by a careless writer: every text in it carries every canary."""
    bad = " ".join(CANARIES)
    scenario = "nodes/node_crashes"
    fault = {"kind": "fault", "id": "f", "fault": "crash-node", "scenario": scenario, "act": "crash", "targets": [bad]}
    node = {"metadata": {"name": "w1", "uid": "u"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    gone = {"metadata": {"name": "w1", "uid": "u"}, "status": {"conditions": [{"type": "Ready", "status": bad}]}}
    change = {"kind": "change", "scenario": scenario, "resource": "Node"}
    finding = {"kind": "finding", "claim": "service.node-dies", "verdict": "violated", "test": "t", "case": "crash",
               "scenario": scenario, "why": bad, "decisive": [bad], "window": [9.0, 30.0], "probes": ["web"],
               "measured": {"lost": {"value": 1, "unit": "s"}},
               "bounds": {"lost": {"value": 1, "unit": "s", "from": bad}}}  # fmt: skip
    return [
        {"at": 1.0, "kind": "run", "id": "leak", "nodes": ["w1"], "token": "canary-token-canary", "command": bad,
         "context": bad, "settings": {"GRACE": {"value": 1, "unit": "s", "from": bad}}},
        {"at": 2.0, "kind": "instrument", "node": bad, "injected": 0.5, "measured": 0.6, "tick": 0.02, "proven": False},
        {"at": 2.0, "kind": "sabotage", "id": "x", "says": bad},
        {"at": 3.0, "kind": "scenario", "id": scenario, "phase": "start"},
        {"at": 9.0, **fault, "phase": "intent", "says": bad, "settings": {"x": bad}},
        {"at": 10.0, **fault, "phase": "applied", "evidence": bad},
        {"at": 11.0, "kind": "gap", "scenario": scenario, "source": "probe", "node": "w1", "since": 10.0, "reason": bad},
        {"at": 11.0, **change, "type": "LISTED", "seen": 5.0, "object": node},
        {"at": 12.0, **change, "type": "MODIFIED", "seen": 12.0, "object": gone},
        {"at": 30.0, "kind": "scenario", "id": scenario, "phase": "end", "why": bad},
        {"at": 31.0, **finding},
    ]  # fmt: skip


KUBELETS = {"control": "v1.37.2", "worker": "v1.37.2", "worker2": "v1.36.3"}


def test_kubelets_of_two_versions_are_named_with_their_nodes_in_every_format(report: Report) -> None:
    known = {"within": ["suites"], "cases": {"heal.crash": ["once", ""]}}
    told = replace(report, run={**report.run, "kubernetes": "v1.37.2", "kubelets": KUBELETS, "known": known})
    said = "v1.36.3 on worker2, v1.37.2 on the other 2 nodes"
    assert f"Kubernetes v1.37.2 · kubelets: {said} · " in str(front(told))
    assert f"Kubernetes v1.37.2 · kubelets: {said} · " in summary.render(told)
    assert errors(document(told)) == []
    assert document(told)["run"]["kubelets"] == KUBELETS
    assert document(told)["run"]["known"] == known


def test_kubelets_of_the_api_servers_version_are_not_worth_a_word(report: Report) -> None:
    told = replace(report, run={**report.run, "kubernetes": "v1.37.2", "kubelets": dict.fromkeys(KUBELETS, "v1.37.2")})
    assert "kubelets" not in str(front(told)).partition("</header>")[0]
    assert "kubelets" not in summary.render(told)
    assert "kubelets" not in document(report)["run"]


def test_cases_of_the_suites_that_were_not_asked_are_told(report: Report) -> None:
    asked = report.entries[0]
    whole = replace(report, run={**report.run, "known": {"within": ["suites"], "cases": {asked.claim: [asked.case]}}})
    assert (report.unasked, whole.unasked) == ([], [])
    assert "not asked" not in str(front(whole))
    more = {asked.claim: [asked.case, "slowly"], "heal.hang": [""], "loop.queue": list("abcdef")}
    told = replace(report, run={**report.run, "known": {"within": ["suites"], "cases": more}})
    assert told.unasked[:2] == [(asked.claim, "slowly"), ("heal.hang", "")]
    page = str(front(told)).replace(NBSP, " ")
    assert f"<b>8 cases</b> of the suites were not asked: {asked.claim} · slowly, heal.hang, loop.queue · a" in page
    assert "loop.queue · d and 2 more<" in page
    assert "8 cases of the suites not asked" in summary.render(told).replace(NBSP, " ")
