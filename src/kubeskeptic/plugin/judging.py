"""Turns findings into pytest outcomes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims import claim, own_claim
from kubeskeptic.claims.model import Case
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Verdict, inconclusive
from kubeskeptic.journal import Journal
from kubeskeptic.plugin import found
from kubeskeptic.plugin.cases import case_of, scenario_of
from kubeskeptic.plugin.failure_message import failure_message
from kubeskeptic.plugin.state import STATE, Judged
from kubeskeptic.scenarios.declaration import Scenario
from kubeskeptic.timeline import Recording
from kubeskeptic.timeline.foreign_endpoints import foreign_endpoints

Holds = Callable[[Finding], None]
"""Records a test's finding about its claim. Returns when the claim holds, and ends the test otherwise."""


class Violated(AssertionError):
    """The claim is violated: a value was measured outside its bound. The text is the finding."""


@dataclass
class Judge:
    """Records findings about one test's claim and turns them into the test's outcome.

    :param journal: the run's journal; None in a replay
    :param verdict: the worst verdict so far; None when there is none
    """

    item: pytest.Item
    recording: Recording | None
    journal: Journal | None
    verdict: Verdict | None = None

    def __call__(self, finding: Finding) -> None:
        """Record a finding and act on its verdict.

        :raises Violated: when the claim is violated
        :raises Inconclusive: when nothing can be concluded
        """
        finding = self.write(finding)
        match finding.verdict:
            case Verdict.VIOLATED:
                raise Violated(self.message(finding))
            case Verdict.INCONCLUSIVE:
                raise Inconclusive(finding.why)
            case Verdict.SKIPPED:
                pytest.skip(finding.why)
            case Verdict.HOLDS:
                return

    def write(self, finding: Finding) -> Finding:
        """Record a finding in the journal and for the table at the end, and return it as recorded.

        The worst finding of a test counts: a finding that is not worse than an earlier one is not recorded.
        """
        order = list(Verdict)
        if self.verdict is not None and order.index(finding.verdict) <= order.index(self.verdict):
            return finding
        self.verdict = finding.verdict
        finding = self._with_foreign_endpoints(self._told_once(finding))
        try:
            self._keep(finding)
        except OSError as full:  # a pass that cannot be recorded does not count; worse verdicts still do
            if finding.verdict is Verdict.HOLDS:
                finding = inconclusive(str(full))
                self.verdict = finding.verdict
                found.keep(self.item, *self._record(finding))
        case = self._case
        self.item.config.stash[STATE].judged[self.item.nodeid] = Judged(
            case.claim, case.name, finding.verdict, finding.why
        )
        return finding

    def _keep(self, finding: Finding) -> None:
        """Write a finding to the run's journal, and store it for other reports."""
        state = self.item.config.stash[STATE]
        fields, scenario = self._record(finding)
        found.keep(self.item, fields, scenario)
        if self.journal:
            self.journal.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
        elif state.journal:  # the test never had the run, or no longer has it: write its finding nevertheless
            with closing(Journal(state.journal)) as late:
                late.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
            state.late = state.journal.with_name("result.json").exists()

    def _record(self, finding: Finding) -> tuple[dict[str, Any], str]:
        """Return the fields of a finding's journal record, and the id of its scenario."""
        case = self._case
        declared = scenario_of(getattr(self.item, "module", None))
        scenario = self.recording.id if self.recording else declared.id if declared else ""
        one = claim(case.claim)
        fields = finding.as_record() | {"claim": case.claim, "case": case.name, "post": str(one.post or "")}
        fields |= _proof_of(self.item, case, declared)
        if own_claim(case.claim):  # a report written from the journal alone cannot read test files
            fields["declared"] = {"states": one.states, "broken_by": list(one.broken_by)}
        return fields, scenario

    def _told_once(self, finding: Finding) -> Finding:
        """Return the finding with the reason its scenario broke off: in full for the first case, then by reference."""
        broke_off = self.recording.broke_off if self.recording else ""
        if finding.verdict is not Verdict.INCONCLUSIVE or not self.recording or not broke_off:
            return finding
        first = self.item.config.stash[STATE].broken.setdefault(self.recording.id, self.item.nodeid)
        if first == self.item.nodeid:
            return replace(finding, why=f"{self.recording.id} broke off: {broke_off}")
        return replace(
            finding, why=f"{self.recording.id} broke off before this was observed; see {first} for the reason"
        )

    def _with_foreign_endpoints(self, finding: Finding) -> Finding:
        """Add the endpoints without a pod to a violated or inconclusive finding: requests may have failed because of them."""
        if finding.verdict not in (Verdict.VIOLATED, Verdict.INCONCLUSIVE) or not finding.probes or not self.recording:
            return finding
        told = foreign_endpoints(self.recording)
        return replace(finding, why=" ".join([finding.why, *(f"{one}." for one in told)])) if told else finding

    @property
    def _case(self) -> Case:
        return case_of(self.item) or Case("")

    def message(self, finding: Finding) -> str:
        """Return the text of a violated claim, as pytest prints it."""
        state = self.item.config.stash[STATE]
        return failure_message(
            finding, self._case, self.item.nodeid, self.recording, found.run_of(self.item.config), state.evidence
        )


def _proof_of(item: pytest.Item, case: Case, scenario: Scenario | None) -> dict[str, object]:
    """Return what tells a report whether the case is proven: the sabotages that must break it, and a hash of its checks."""
    test = getattr(item, "function", None)
    breaking = [one.id for one in scenario.must_break(case)] if scenario else []
    return {"must_break": breaking, "digest": digest_of(test) if test else ""}
