"""Proofs count for the versions of tests and checks that judged the run."""

from __future__ import annotations

from dataclasses import replace

from kubeskeptic.reports import summary
from kubeskeptic.reports.html.sabotages import proofs
from kubeskeptic.reports.model import Report, Trial


def test_a_proof_by_another_version_of_a_check_is_none_and_is_told_apart(report: Report) -> None:
    proven = next(section for section in report.sections if section.proven)
    judged_by_others = replace(proven, entries=tuple(replace(one, digest="other") for one in proven.entries))
    assert (proven.proven_otherwise, judged_by_others.proven, judged_by_others.proven_otherwise) == (False, False, True)
    assert (proven.proven_by_others, judged_by_others.proven_by_others) == ((), judged_by_others.unproven)
    told = replace(report, chapters=(replace(report.chapters[0], sections=(judged_by_others,)),))
    text = summary.render(told)
    assert "0 of 1 claim proven able to fail, 1 more with other versions of their checks than this run's" in text
    assert "*(proven with another version of its check)*" in text
    assert "not proven yet" not in text


def test_cases_that_only_other_checks_prove_are_told_apart_from_those_that_none_proves(report: Report) -> None:
    killed = next(section for section in report.sections if section.claim.id == "service.pod-killed")
    forced, sigkill = (next(one for one in killed.entries if one.case == case) for case in ("forced", "sigkill"))
    mixed = replace(killed, entries=(replace(forced, digest="other"), sigkill))
    assert (mixed.unproven, mixed.proven_by_others) == (("forced", "sigkill"), ("forced",))
    assert not mixed.proven_otherwise
    shown = str(proofs(mixed))
    assert "not yet proven able to fail: sigkill; proven with another version of its check: forced<" in shown
    assert ", with another version of its check)" in shown
    otherwise = replace(mixed, entries=mixed.entries[:1])
    assert '"label">proven with another version of its check: forced<' in str(proofs(otherwise))


def test_a_proof_of_a_check_that_was_changed_since_proves_nothing(report: Report) -> None:
    forced = next(one for one in report.sections if one.claim.id == "service.pod-killed")
    for digest, must_break, proven in (
        ("now", ("kube-proxy-frozen",), True),
        ("changed", ("kube-proxy-frozen",), False),
        ("now", ("kube-proxy-frozen", "kubelet-stopped"), False),  # every sabotage that must break it
    ):
        entry = next(entry for entry in forced.entries if entry.case == "forced")
        entry = replace(entry, digest=digest, must_break=must_break)
        proof = Trial("kube-proxy-frozen", "forced", "violated", digest="now")
        assert replace(forced, entries=(entry,), proofs=(proof,)).proven is proven
