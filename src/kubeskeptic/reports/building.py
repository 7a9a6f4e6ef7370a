"""Builds a :class:`~kubeskeptic.reports.model.Report` from a run's evidence, the catalogue of claims and the record of proofs.

All external text passes the redaction filter here, so that no format can contain a secret. The evidence is not changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubeskeptic.bounds import Bound
from kubeskeptic.claims import CHAPTERS, Claim
from kubeskeptic.findings import Measure, Post, Verdict
from kubeskeptic.redaction import redact
from kubeskeptic.reports.grades import GradedCase
from kubeskeptic.reports.model import Chapter, Entry, Report, Section, Trial
from kubeskeptic.timeline import FaultSpan, Recording, RunEvidence


def build(
    evidence: RunEvidence,
    claims: Sequence[Claim],
    proofs: Iterable[Mapping[str, Any]] = (),
    grades: Iterable[GradedCase] = (),
) -> Report:
    """Return the report of a run.

    :param claims: the catalogue; findings about claims missing from it are reported nevertheless
    :param proofs: records of ``reports/proofs.json``
    :param grades: what the bounds can detect, for all cases that were ever graded
    """
    run = redact(dict(evidence.run))
    ended = evidence.ended
    return Report(
        run=run,
        ended=ended["at"] if ended else _last_known(evidence),
        broken_off=ended is None,
        clean=ended.get("clean") if ended else None,
        torn=evidence.torn,
        damage=tuple(redact(list(evidence.damage))),
        numbered=evidence.numbered,
        chapters=_chapters(_entries(evidence), [*claims, *_declared(evidence.findings, claims)], _proofs(proofs)),
        scenarios={name: _redacted(recording) for name, recording in evidence.scenarios.items() if name},
        instrument=tuple(redact(record) for record in evidence.instrument),
        sabotages=tuple({record.get("id"): redact(record) for record in evidence.sabotages}.values()),
        tick_lag_p99=evidence.tick_lag.p99,
        realtime=redact(dict(evidence.realtime)),
        grades=tuple(grades),
        unclean=redact(str(ended.get("why") or "")) if ended else "",
    )


def alone(
    finding: Mapping[str, Any],
    run: Mapping[str, Any],
    recording: Recording | None,
    claims: Sequence[Claim],
    proofs: Iterable[Mapping[str, Any]] = (),
) -> Report:
    """Return the report of a single finding, for formats written test by test.

    :param finding: the journal's ``finding`` record
    :param run: the journal's ``run`` record
    :param recording: the recording on which the finding is based; None when nothing was recorded
    """
    kept = redact(dict(finding))
    return Report(
        run=redact(dict(run)),
        ended=None,
        broken_off=True,
        clean=None,
        torn=0,
        damage=(),
        numbered=True,
        chapters=_chapters([_entry(kept, anchor(kept))], claims, _proofs(proofs)),
        scenarios={recording.id: _redacted(recording)} if recording else {},
        instrument=(),
        sabotages=(),
        tick_lag_p99=None,
    )


def anchor(finding: Mapping[str, Any]) -> str:
    """Return the permalink of a finding, made of its claim and case."""
    return re.sub(r"[^\w.-]+", "-", ".".join(part for part in (finding["claim"], finding.get("case")) if part))


def _entries(evidence: RunEvidence) -> list[Entry]:
    worst: dict[tuple[str, ...], dict[str, Any]] = {}
    for finding in evidence.findings:  # the worst finding of a test counts
        key = tuple(str(finding.get(name) or "") for name in ("claim", "case", "scenario", "test"))
        kept = redact(finding)
        worst[key] = max(worst.get(key, kept), kept, key=_badness)
    taken: Counter[str] = Counter()
    entries = []
    for finding in worst.values():
        name = anchor(finding)
        taken[name] += 1
        entries.append(_entry(finding, name if taken[name] == 1 else f"{name}-{taken[name]}"))
    return entries


def _entry(finding: Mapping[str, Any], place: str) -> Entry:
    window = finding.get("window")
    verdict = finding.get("verdict")
    return Entry(
        claim=str(finding["claim"]),
        case=str(finding.get("case") or ""),
        test=str(finding.get("test") or ""),
        scenario=str(finding.get("scenario") or ""),
        verdict=Verdict(verdict) if verdict in list(Verdict) else Verdict.INCONCLUSIVE,
        post=Post(finding["post"]) if finding.get("post") in list(Post) else None,
        why=str(finding.get("why") or ""),
        measured={n: measure_of(m) for n, m in (finding.get("measured") or {}).items()},
        bounds={n: bound_of(b) for n, b in (finding.get("bounds") or {}).items()},
        nodes=tuple(finding.get("nodes") or ()),
        window=(float(window[0]), float(window[1])) if window else None,
        probes=tuple(finding.get("probes") or ()),
        decisive=tuple(finding.get("decisive") or ()),
        anchor=place,
        must_break=tuple(finding.get("must_break") or ()),
        digest=str(finding.get("digest") or ""),
    )


def _badness(finding: Mapping[str, Any]) -> int:
    """Return how bad a finding's verdict is; an unknown verdict counts as *inconclusive*."""
    verdict = finding.get("verdict")
    return (
        list(Verdict).index(Verdict(verdict)) if verdict in list(Verdict) else list(Verdict).index(Verdict.INCONCLUSIVE)
    )


def measure_of(record: Mapping[str, Any]) -> Measure:
    """Return the measured value in a record of a journal or a result."""
    return Measure(float(record["value"]), str(record["unit"]), record.get("low"), record.get("high"))


def bound_of(record: Mapping[str, Any]) -> Bound:
    """Return the bound in a record of a journal or a result."""
    return Bound(float(record["value"]), str(record["unit"]), str(record["from"]), bool(record.get("at_least")))


def _chapters(
    entries: Sequence[Entry], claims: Sequence[Claim], proofs: Mapping[str, tuple[Trial, ...]]
) -> tuple[Chapter, ...]:
    known = {claim.id: claim for claim in claims}
    asked = dict.fromkeys(entry.claim for entry in entries)
    order = [one for one in known if one in asked] + [one for one in asked if one not in known]
    sections = [
        Section(
            known.get(one) or _unknown(one),
            tuple(entry for entry in entries if entry.claim == one),
            proofs.get(one, ()),
        )
        for one in order
    ]
    named = dict.fromkeys([*CHAPTERS, *(section.claim.chapter for section in sections)])
    chapters = (
        Chapter(one, CHAPTERS.get(one, one), tuple(s for s in sections if s.claim.chapter == one)) for one in named
    )
    return tuple(chapter for chapter in chapters if chapter.sections)


def _declared(findings: Iterable[Mapping[str, Any]], claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims that test files declared, as described in their findings."""
    known = {one.id for one in claims}
    told = {str(one["claim"]): redact(one["declared"]) for one in findings if isinstance(one.get("declared"), dict)}
    return [
        Claim(id_, states=str(data.get("states", "")), broken_by=tuple(data.get("broken_by", ())))
        for id_, data in told.items()
        if id_ not in known
    ]


def _unknown(claim: str) -> Claim:
    """Return a claim for an id that is not in this version's catalogue."""
    return Claim(claim, "other", "", "", Post.AGREES, "", ())


def _proofs(records: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Trial, ...]]:
    latest: dict[tuple[str, str, str], Trial] = {}
    for raw in records:
        record = redact(dict(raw))
        proof = Trial(
            sabotage=str(record.get("sabotage", "")),
            case=str(record.get("case") or ""),
            verdict=str(record.get("verdict", "")),
            run=str(record.get("run") or ""),
            kubernetes=str(record.get("kubernetes") or ""),
            at=float(record["at"]) if isinstance(record.get("at"), int | float) else 0.0,
            why=str(record.get("why") or ""),
            digest=str(record.get("digest") or ""),
        )
        latest[str(record.get("claim", "")), proof.sabotage, proof.case] = proof
    by_claim: dict[str, tuple[Trial, ...]] = {}
    for (claim, _, _), proof in latest.items():
        by_claim[claim] = (*by_claim.get(claim, ()), proof)
    return by_claim


def _redacted(recording: Recording) -> Recording:
    """Return a copy with secrets removed from the parts that the report shows; the samples are shared."""
    return replace(
        recording,
        faults=[_redacted_fault(fault) for fault in recording.faults],
        gaps=[replace(gap, **redact(vars(gap))) for gap in recording.gaps],
        broke_off=redact(recording.broke_off),
    )


def _redacted_fault(fault: FaultSpan) -> FaultSpan:
    shown = {"says": fault.says, "settings": fault.settings, "evidence": fault.evidence}
    return replace(fault, targets=tuple(redact(list(fault.targets))), **redact(shown))


def _last_known(evidence: RunEvidence) -> float | None:
    times = [t for r in evidence.scenarios.values() for t in (r.started, r.ended or 0.0)]
    times += [lane.sent[-1] for r in evidence.scenarios.values() for lane in r.lanes.values() if len(lane)]
    times += [change.seen for r in evidence.scenarios.values() for change in r.changes[-1:]]
    times += [finding["at"] for finding in evidence.findings[-1:]]
    return max(times, default=evidence.run.get("at"))
