"""A case that does not exist in the cluster's version of Kubernetes is skipped by that reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.journal import Journal

SUITE = """
from kubeskeptic.bounds import Bound
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.plugin import claim
from kubeskeptic.scenarios import Scenario

FINE = Finding(Verdict.HOLDS, "None failed.", {"failed": Measure(0, "requests")}, {"failed": Bound(0, "requests", "none may")})
story = Scenario("services/pod_killed", "Pods go.")

@story.act("forced")
def forced(stage):
    '''A pod goes.'''

@claim("service.pod-killed", case="forced", act="forced", since="1.35")
def test_claim(act, holds):
    holds(FINE)
"""


@pytest.mark.parametrize(
    ("version", "outcome"), [("v1.34.11", "skipped"), ("v1.35.0", "passed"), ("v1.37.2", "passed")]
)
def test_it_is_asked_where_it_exists(pytester: pytest.Pytester, tmp_path: Path, version: str, outcome: str) -> None:
    written = Journal(tmp_path / "journal.jsonl")
    written.write("run", id="r1", kubernetes=version)
    for phase in ("start", "end"):
        written.write("scenario", id="services/pod_killed", phase=phase)
    written.close()
    pytester.makepyfile(SUITE)
    words = ("-p", "kubeskeptic.plugin", "-p", "no:cacheprovider", "--replay", str(tmp_path), "-rs")
    result = pytester.runpytest_inprocess(*words)
    result.assert_outcomes(**{outcome: 1})
    if outcome == "skipped":
        result.stdout.fnmatch_lines(["*this is so since Kubernetes 1.35, and the cluster runs v1.34.11*"])
