"""A case of a scenario that was left out on a cluster is skipped with the reason, whatever its check looks at first."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic.journal import Journal
from kubeskeptic.timeline.recording import ALL, LEFT_OUT
from tests.plugin.test_plugin import run

SUITE = """
from kubeskeptic.errors import Inconclusive
from kubeskeptic.plugin import claim
from kubeskeptic.scenarios import Scenario

story = Scenario("services/pod_killed", "Pods go.")

@story.act("forced")
def forced(stage):
    '''A pod goes.'''

@claim("service.pod-killed", case="forced", act="forced")
def test_claim(act, holds):
    raise Inconclusive("it was not noted when the pod went")
"""


@pytest.mark.parametrize("left_out", [ALL, "forced"])
def test_it_is_skipped_with_the_reason(pytester: pytest.Pytester, tmp_path: Path, left_out: str) -> None:
    outcomes = replayed(pytester, tmp_path, {left_out: "nothing serves metrics here"})
    outcomes.assert_outcomes(skipped=1)
    outcomes.stdout.fnmatch_lines(["*nothing serves metrics here*"])


def test_what_was_not_left_out_and_broke_off_is_for_the_check_to_judge(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    outcomes = replayed(pytester, tmp_path, {})
    outcomes.assert_outcomes(failed=1)
    outcomes.stdout.fnmatch_lines(["*it was not noted when the pod went*"])


def replayed(pytester: pytest.Pytester, folder: Path, left_out: dict[str, str]) -> pytest.RunResult:
    written = Journal(folder / "journal.jsonl")
    written.write("run", id="r1", kubernetes="v1.37.2")
    written.write("scenario", id="services/pod_killed", phase="start")
    if left_out:
        written.write("fact", scenario="services/pod_killed", name=LEFT_OUT, value=left_out)
    written.write("scenario", id="services/pod_killed", phase="end")
    written.close()
    pytester.makepyfile(SUITE)
    return pytester.runpytest_inprocess(
        "-p", "kubeskeptic.plugin", "-p", "no:cacheprovider", "--replay", str(folder), "-rs"
    )


CASES = """
import pytest
from kubeskeptic.plugin import claim
from kubeskeptic.scenarios import Scenario

story = Scenario("services/pod_killed", "Pods go.")

@story.act("graceful")
def graceful(stage): ...

@claim("service.pod-killed", case="graceful, preStop", act="graceful")
def test_one(act): ...

@claim("heal.crash", act="{act}"{more})
def test_other(act): ...
"""


def test_a_case_is_a_keyword(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CASES.format(act="graceful", more=""))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    for words in ("preStop", "service.pod-killed", "not heal.crash"):
        result = run(pytester, "--collect-only", "-q", "-k", words)
        result.stdout.fnmatch_lines(["*test_one*", "*1/2 tests collected*"])


@pytest.mark.parametrize(
    ("act", "more", "said"),
    [
        ("gracefull", "", "services/pod_killed has no act “gracefull”; it has graceful"),
        ("graceful", ', broken_by=["frozen"]', "services/pod_killed has no sabotage frozen; it has none"),
    ],
)
def test_an_act_or_sabotage_that_a_scenario_does_not_have_is_refused(
    pytester: pytest.Pytester, act: str, more: str, said: str
) -> None:
    pytester.makepyfile(CASES.format(act=act, more=more))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    result = run(pytester, "--collect-only")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}"])


OWN = """
from pathlib import Path
from kubeskeptic.plugin import claim
from kubeskeptic.scenarios import Scenario

story = Scenario("own/story", "Pods go.", manifest={manifest})

@story.given
def two_pods(stage):
    stage.{does}()

@story.act("graceful")
def graceful(stage): ...

@claim("heal.crash", act="graceful")
def test_one(act): ...
"""
BESIDE = "Path(__file__).with_name('m.yaml')"


@pytest.mark.parametrize(
    ("manifest", "text", "said"),
    [
        (BESIDE, "a: [1,\nb: 2", "*test_one: */m.yaml, line 2 is not YAML: *"),
        (BESIDE, "# nothing", "*test_one: */m.yaml has no objects"),
        (BESIDE, None, "*test_one: no manifest */m.yaml; *"),
        (None, None, "*test_one: no manifest */manifests/own/story.yaml; *"),
    ],
)
def test_a_manifest_is_read_when_tests_are_collected(
    pytester: pytest.Pytester, tmp_path: Path, manifest: str | None, text: str | None, said: str
) -> None:
    pytester.makepyfile(OWN.format(manifest=manifest, does="apply"))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    if text is not None:
        (pytester.path / "m.yaml").write_text(text)
    result = run(pytester, "--collect-only")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([said])
    Journal(tmp_path / "journal.jsonl").close()
    assert run(pytester, "--collect-only", "--replay", str(tmp_path)).ret == 0, "a journal needs no manifest"


def test_a_scenario_that_applies_no_manifest_needs_none(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(OWN.format(manifest=None, does="ask"))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    assert run(pytester, "--collect-only").ret == 0
