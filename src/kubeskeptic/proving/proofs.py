"""The file of proofs: which claim turned violated under which sabotage; and judging recorded sabotaged runs again."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kubeskeptic import __version__
from kubeskeptic.errors import Inconclusive, SkepticError, reading
from kubeskeptic.findings import Finding, Verdict
from kubeskeptic.proving.suites import AskedCase
from kubeskeptic.timeline import Recording, RunEvidence, load


@dataclass(frozen=True)
class Proof:
    """The verdict of one claim under one sabotage.

    :param case: the case of the claim, as the suite names it
    :param verdict: ``violated`` proves that the check can fail; anything else does not
    :param at: Unix seconds
    :param why: the finding's sentence
    :param digest: a hash of the test and of the checks that it calls, as they were at that time
    """

    claim: str
    case: str
    sabotage: str
    verdict: str
    run: str
    kubernetes: str
    harness: str
    at: float
    why: str
    digest: str = ""

    @property
    def key(self) -> tuple[str | float, ...]:
        """What the proof is about: a later proof about the same replaces it."""
        return self.claim, self.case, self.sabotage


def read_proofs(path: Path) -> list[Proof]:
    """Return the proofs in a file; none when there is no file.

    :raises BadInput: when the file is not a file of proofs
    """
    if not path.exists():
        return []
    with reading(path, "a file of proofs", "delete it and run `skeptic prove`"):
        return [Proof(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def write_proofs(path: Path, fresh: Iterable[Proof]) -> None:
    """Write new proofs to a file, in place of older ones about the same claim, case and sabotage."""
    replace_records(path, [*read_proofs(path), *fresh])


def replace_records(path: Path, records: Iterable[Proof]) -> None:
    """Rewrite a file, keeping only the last of several records about the same."""
    kept = {one.key: one for one in records}
    whole = path.with_suffix(".new")
    text = json.dumps([asdict(kept[key]) for key in sorted(kept)], indent=1, ensure_ascii=False)
    whole.write_text(f"{text}\n", encoding="utf-8")
    whole.replace(path)


def journals(sabotaged: Path) -> list[Path]:
    """Return the journals of sabotaged runs, oldest first: those in this folder, and those in a cluster's folder below it."""
    found = [*sabotaged.glob("[0-9]*/journal.jsonl"), *sabotaged.glob("*/[0-9]*/journal.jsonl")]
    return sorted(found, key=lambda journal: journal.parent.name)


def judged_again(journal: Path, asked: Sequence[AskedCase]) -> list[Proof]:
    """Return the proofs that the current checks find in a sabotaged run's recording, for the cases its sabotages must break.

    A run that was not sabotaged proves nothing, and neither does a case whose acts were not played in it.

    :raises BadInput: when the journal cannot be read
    """
    evidence = load(journal)
    return list(_proofs(evidence, asked))


def _proofs(evidence: RunEvidence, asked: Sequence[AskedCase]) -> Iterator[Proof]:
    broken_by = set(evidence.run.get("sabotages") or ())
    for one in asked:
        recording = evidence.scenarios.get(one.scenario.id)
        for sabotage in one.sabotages:
            if recording and sabotage.id in broken_by and set(one.case.acts) <= recording.acts.keys():
                finding = judged_now(one, recording)
                if finding:
                    yield _proof(evidence, one, sabotage.id, finding)


def judged_now(one: AskedCase, recording: Recording) -> Finding | None:
    """Return the worst that a test finds in a recording; None when the recording lacks what the test reads."""
    case = one.case
    found: list[Finding] = []

    def holds(finding: Finding) -> None:
        """Keep a finding, and end the test unless it holds, as in a run."""
        found.append(finding)
        if finding.verdict is not Verdict.HOLDS:
            raise Inconclusive(finding.why)

    given = {"act": one.scenario.read(recording, case), "holds": holds}
    try:
        one.test(**{name: given[name] for name in inspect.signature(one.test).parameters})
    except (SkepticError, KeyError):
        found = [finding for finding in found if finding.verdict is not Verdict.HOLDS]
    return max(found, key=lambda finding: list(Verdict).index(finding.verdict), default=None)


def _proof(evidence: RunEvidence, one: AskedCase, sabotage: str, finding: Finding) -> Proof:
    run = evidence.run
    return Proof(
        claim=one.case.claim,
        case=one.case.name,
        sabotage=sabotage,
        verdict=str(finding.verdict),
        run=str(run.get("id", "")),
        kubernetes=str(run.get("kubernetes", "")),
        harness=__version__,
        at=max((each["at"] for each in evidence.findings), default=float(run.get("at", 0.0))),
        why=finding.why,
        digest=one.digest,
    )
