"""Suites for inner pytest runs, on a run that needs no cluster, and what they told."""

from __future__ import annotations

import json

import pytest

from kubeskeptic.plugin import activation, last_line, other_reports, outcomes, progress, refusals
from kubeskeptic.plugin import summary as summary_

LOADED = (activation, last_line, other_reports, outcomes, progress, refusals, summary_)
"""Imported here, since an inner run forgets what it imports itself."""

RUN = """
from types import SimpleNamespace
import pytest
from kubeskeptic.journal import Journal
from kubeskeptic.plugin.state import STATE
from kubeskeptic.reports import write_all
from kubeskeptic.timeline import load

@pytest.fixture(scope="session")
def run(request):
    folder = request.config.stash[STATE].options.folder
    folder.mkdir(parents=True)
    journal = Journal(folder / "journal.jsonl")
    journal.write("run", id=folder.name)
    yield SimpleNamespace(journal=journal)
    journal.write("run-ended", clean=True)
    journal.close()
    write_all(folder)

@pytest.fixture(scope="module")
def recording(run):
    for phase in ("start", "end"):
        run.journal.write("scenario", id="services/pod_killed", phase=phase)
    return load(run.journal.path).scenarios["services/pod_killed"]
"""
HEAD = """
import pytest
from pathlib import Path
from kubeskeptic.bounds import Bound
from kubeskeptic.errors import Refused
from kubeskeptic.findings import Finding, Measure, Verdict
NONE = {"failed": Measure(0, "requests")}
FINE = Finding(Verdict.HOLDS, "None of 900 requests failed.", NONE, {"failed": Bound(0, "requests", "none may")})
GAP = Finding(Verdict.INCONCLUSIVE, "a gap")
from kubeskeptic.scenarios import Scenario

story = Scenario("services/pod_killed", "Pods go.")
"""
TEST = """
@pytest.mark.claim("{claim}")
def test_{number}(recording, holds):
    {body}
"""
CLAIMS = ("service.stable", "service.pod-killed", "heal.crash")


def suite(pytester: pytest.Pytester, *bodies: str, more: str = "") -> None:
    """A suite of as many claims, on a run that needs no cluster."""
    tests = (TEST.format(claim=CLAIMS[at], number=at, body=body) for at, body in enumerate(bodies))
    pytester.makepyfile(HEAD + more + "".join(tests))
    pytester.makeconftest(RUN)
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")


def told(pytester: pytest.Pytester) -> dict[str, tuple[str, str]]:
    """Verdict and reason of each claim, as result.json has them."""
    (path,) = pytester.path.glob("reports/*/result.json")
    return {one["id"]: (one["verdict"], one["why"]) for one in json.loads(path.read_text())["claims"]}


def summary(pytester: pytest.Pytester) -> str:
    (path,) = pytester.path.glob("reports/*/summary.md")
    return path.read_text()
