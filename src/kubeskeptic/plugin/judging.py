"""From findings to pytest's outcomes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from kubeskeptic.checks.digest import digest_of
from kubeskeptic.claims import claim, own_claim
from kubeskeptic.claims.case import Case
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
"""Write down what a test found about its claim. Returns when the claim holds, and ends the test otherwise."""


class Violated(AssertionError):
    """A value was measured outside its bound. The text is the finding."""


@dataclass
class Judge:
    """Writes down findings about one test's claim and turns them into the test's outcome.

    :param journal: None when a journal is judged again
    :param verdict: the worst so far; None when there was none
    """

    item: pytest.Item
    recording: Recording | None
    journal: Journal | None
    verdict: Verdict | None = None

    def __call__(self, finding: Finding) -> None:
        """Keep a finding and act on its verdict.

        :raises Violated: when the claim is violated
        :raises Inconclusive: when nothing can be said
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
        """Keep a finding in the journal and for the table at the end, and return it as it was kept.

        Of one test the worst counts: a better one after it is not written down.
        """
        order = list(Verdict)
        if self.verdict is not None and order.index(finding.verdict) <= order.index(self.verdict):
            return finding
        self.verdict = finding.verdict
        finding = self._with_foreign_endpoints(self._told_once(finding))
        try:
            self._keep(finding)
        except OSError as full:  # what cannot be written down is not believed; what is worse is told all the same
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
        """Write a finding into the run's journal, and keep it for other reports."""
        state = self.item.config.stash[STATE]
        fields, scenario = self._record(finding)
        found.keep(self.item, fields, scenario)
        if self.journal:
            self.journal.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
        elif state.journal:  # the test never had the run, or has it no more: its finding is written down all the same
            with closing(Journal(state.journal)) as late:
                late.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
            state.late = state.journal.with_name("result.json").exists()

    def _record(self, finding: Finding) -> tuple[dict[str, Any], str]:
        """Return a finding's fields as the journal has them, and the id of its scenario."""
        case = self._case
        declared = scenario_of(getattr(self.item, "module", None))
        scenario = self.recording.id if self.recording else declared.id if declared else ""
        one = claim(case.claim)
        fields = finding.as_record() | {"claim": case.claim, "case": case.name, "post": str(one.post or "")}
        fields |= _proof_of(self.item, case, declared)
        if own_claim(case.claim):  # a report that is written from the journal alone knows no test files
            fields["declared"] = {"states": one.states, "broken_by": list(one.broken_by)}
        return fields, scenario

    def _told_once(self, finding: Finding) -> Finding:
        """The first case of a scenario that broke off says why; the others refer to it."""
        broke_off = self.recording.broke_off if self.recording else ""
        if finding.verdict is not Verdict.INCONCLUSIVE or not self.recording or not broke_off:
            return finding
        first = self.item.config.stash[STATE].broken.setdefault(self.recording.id, self.item.nodeid)
        if first == self.item.nodeid:
            return replace(finding, why=f"{self.recording.id} broke off: {broke_off}")
        return replace(finding, why=f"{self.recording.id} broke off before this was seen; {first} says why")

    def _with_foreign_endpoints(self, finding: Finding) -> Finding:
        """Name the endpoints without a pod in a finding that is no pass: requests may have failed because of them."""
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
    """What a report needs to say whether the case is proven: which sabotages must break it, and a hash of what judges it."""
    test = getattr(item, "function", None)
    breaking = [one.id for one in scenario.must_break(case)] if scenario else []
    return {"must_break": breaking, "digest": digest_of(test) if test else ""}
