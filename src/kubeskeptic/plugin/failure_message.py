"""The text of a violated claim as pytest prints it, in the order of a reader's questions.

::

    service.pod-killed (forced) is violated: …      the finding
      claim      our statement
      measured   each value, with its bound and the source of the bound
      act        when it began; signed times are relative to this
      decided    the samples or changes that decided the verdict
      nodes      the nodes from which requests were sent, or that decided the verdict
      fault      +0.4 s: what was done
      machine    how much the processes of the nodes' one machine waited for a processor
      journal    the evidence
      again      the command that repeats the test on the same cluster, with the same seed and sabotages
      replay     the command that judges the same recording again, without a cluster
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kubeskeptic.claims import claim
from kubeskeptic.claims.model import Case
from kubeskeptic.findings import Finding, Measure
from kubeskeptic.reports.rerun import of_test
from kubeskeptic.reports.wording import to_the_second
from kubeskeptic.scenarios import GIVEN
from kubeskeptic.timeline import FaultSpan, Recording

_MOST_DECISIVE = 4


def failure_message(
    finding: Finding, case: Case, test: str, recording: Recording | None, run: Mapping[str, Any], journal: Path | None
) -> str:
    """Return the text of a violated claim.

    :param test: node id of the test
    :param run: the journal's ``run`` record
    :param journal: path of the journal; None when there is none
    """
    told = [("claim", claim(case.claim).states), *_measured(finding)]
    told += _began(case, recording) if recording else []
    told += [("decided", line) for line in finding.decisive[:_MOST_DECISIVE]]
    told += [("nodes", ", ".join(finding.nodes))] if finding.nodes else []
    told += [*_faults(case, recording), *_machine(case, recording)] if recording else []
    told += _where(case, recording, journal) if journal else []
    told += [("again", of_test(run, test))]
    if journal:
        told += [("replay", shlex.join(["pytest", test, f"--replay={journal.parent}"]))]
    return "\n".join([f"{case} is violated: {finding.why}", *(f"  {label:<9} {says}" for label, says in told)])


def _measured(finding: Finding) -> Iterator[tuple[str, str]]:
    label = "measured"
    for name, value in finding.measured.items():
        yield label, f"{name}: {value}{_against(finding, name, value)}"
        label = ""


def _against(finding: Finding, name: str, value: Measure) -> str:
    bound = finding.bounds.get(name)
    if bound is None:
        return ""
    return f", allowed {bound}" if not bound.admits(value.value) else f", within {bound}"


def _start(case: Case, recording: Recording) -> float | None:
    """Return the start of the first of the case's acts that began; None when none did."""
    return next((act.start for name in case.acts if (act := recording.acts.get(name)) and act.start), None)


def _began(case: Case, recording: Recording) -> Iterator[tuple[str, str]]:
    start = _start(case, recording)
    if start is not None:
        yield "act", f"{', '.join(case.acts)}: began {to_the_second(start)} UTC; times with a sign count from there"


def _faults(case: Case, recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield the faults of the case's acts, including those of sabotages."""
    start = _start(case, recording)
    zero, since = (recording.started, " from the start of the scenario") if start is None else (start, "")
    for fault in recording.faults:
        if "applied" in fault.phases and _concerns(fault, case, recording):
            yield "fault", f"{fault.applied - zero:+.1f} s{since}: {fault.says}"


def _machine(case: Case, recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield how much processes waited for a processor in the worst of the case's acts, where that is known."""
    shares = {name: act.waited for name in case.acts if (act := recording.acts.get(name)) and act.waited is not None}
    if shares:
        worst = max(shares, key=lambda name: shares[name])
        yield "machine", f"processes waited for a processor in {shares[worst]:.0%} of the time of “{worst}”"


def _concerns(fault: FaultSpan, case: Case, recording: Recording) -> bool:
    """Return whether a fault was injected in an act of the case, including by a sabotage, or before all acts."""
    act = fault.act.removeprefix("sabotage: ")
    return not case.acts or act in case.acts or act == GIVEN or act not in recording.acts


def _where(case: Case, recording: Recording | None, journal: Path) -> Iterator[tuple[str, str]]:
    yield "journal", str(journal)
    taken = recording.evidence if recording else []
    for one in [*(one for one in taken if one.act in case.acts), *taken][:1]:
        yield "evidence", str(journal.parent / one.folder)
