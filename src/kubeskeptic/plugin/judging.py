"""From findings to pytest's outcomes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import pytest

from kubeskeptic.claims import claim
from kubeskeptic.errors import Inconclusive
from kubeskeptic.findings import Finding, Measure, Verdict, inconclusive
from kubeskeptic.journal import Journal
from kubeskeptic.plugin.state import STATE, Judged
from kubeskeptic.timeline import Recording

Holds = Callable[[Finding], None]
"""Say what a test found about its claim. Comes back when it holds, and ends the test otherwise."""


class Violated(AssertionError):
    """A claim was measured outside of its bound. The text is the finding."""


@dataclass
class Judge:
    """Writes down findings about one test's claim and turns them into the test's outcome.

    :param journal: None when a journal is judged again
    :param verdict: of the last finding; None when there was none
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
        self.write(finding)
        match finding.verdict:
            case Verdict.VIOLATED:
                raise Violated(self.message(finding))
            case Verdict.INCONCLUSIVE:
                raise Inconclusive(finding.why)
            case Verdict.SKIPPED:
                pytest.skip(finding.why)
            case Verdict.HOLDS:
                return

    def unfinished(self, why: str) -> Finding:
        """The finding of a check that broke off, with the lanes and the time that it was about as far as it came."""
        if self.recording is None:
            return inconclusive(why)
        seen = self.recording.read
        return inconclusive(why, window=seen.window, probes=tuple(dict.fromkeys(seen.probes)))

    def write(self, finding: Finding) -> None:
        """Keep a finding in the journal and for the table at the end; of one test the last one counts."""
        self.verdict = finding.verdict
        id_, case = claim_of(self.item)
        post = claim(id_).post
        state = self.item.config.stash[STATE]
        state.judged[self.item.nodeid] = Judged(id_, case, finding.verdict, finding.why)
        scenario = self.recording.id if self.recording else scenario_of(self.item)
        fields = finding.as_record() | {"claim": id_, "case": case, "post": str(post)}
        if self.journal:
            self.journal.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
        elif state.journal:  # the test never had the run, or has it no more: its finding is written down all the same
            with closing(Journal(state.journal)) as late:
                late.write("finding", scenario=scenario, test=self.item.nodeid, **fields)
            state.late = state.journal.with_name("result.json").exists()

    def message(self, finding: Finding) -> str:
        """The finding for people: claim, bound and its source, measured value, when, where, what was done, how to repeat."""
        id_, case = claim_of(self.item)
        one, state = claim(id_), self.item.config.stash[STATE]
        lines = [
            f"{id_}{f' ({case})' if case else ''} is violated: {finding.why}",
            f"  claim     {one.states}",
            *(f"  {'measured' if not at else '':8}  {name}: {value}{_against(finding, name, value)}"
              for at, (name, value) in enumerate(finding.measured.items())),
            *(f"  decided   {line}" for line in finding.decisive[:4]),
        ]  # fmt: skip
        if finding.nodes:
            lines.append(f"  nodes     {', '.join(finding.nodes)}")
        if self.recording:
            lines += [f"  fault     {fault.says} (+{fault.applied - self.recording.started:.1f} s)"
                      for fault in self.recording.faults if "applied" in fault.phases]  # fmt: skip
        if state.journal:
            lines.append(f"  journal   {state.journal}")
            if self.recording and self.recording.evidence:
                lines.append(f"  evidence  {state.journal.parent / self.recording.evidence[0].folder}")
        lines.append(f"  again     {state.options.again(self.item.nodeid)}")
        return "\n".join(lines)


def claim_of(item: pytest.Item) -> tuple[str, str]:
    """Id and case of the claim that a test is about; two empty strings when it is about none."""
    marker = item.get_closest_marker("claim")
    if marker is None:
        return "", ""
    return str(marker.args[0]), str(marker.kwargs.get("case") or "")


def scenario_of(item: pytest.Item) -> str:
    """Id of the scenario that a test reads; empty when its file declares none."""
    story = getattr(getattr(item, "module", None), "story", None)
    return str(getattr(story, "id", ""))


def _against(finding: Finding, name: str, value: Measure) -> str:
    bound = finding.bounds.get(name)
    if bound is None:
        return ""
    return f", allowed {bound}" if not bound.admits(value.value) else f", within {bound}"
