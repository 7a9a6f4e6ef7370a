"""Inner pytest runs: what becomes of findings, and of the exit status."""

from pathlib import Path

import pytest

from kubeskeptic.journal import Journal, read
from kubeskeptic.paths import checkout
from kubeskeptic.runs import earlier

SUITE = """
import pytest
from kubeskeptic.bounds import Bound
from kubeskeptic.errors import {error}
from kubeskeptic.findings import Finding, Measure, Verdict
from kubeskeptic.scenarios import Scenario

FINE = Finding(Verdict.HOLDS, "None of 900 requests failed.", {{"failed": Measure(0, "requests")}},
               {{"failed": Bound(0, "requests", "none may")}})
story = Scenario("services/pod_killed", "Pods go.")

@pytest.mark.claim("service.pod-killed", case="forced")
def test_claim(recording, holds):
    {body}
"""

VIOLATED = """holds(Finding(Verdict.VIOLATED, "Requests failed for 9 s.", measured={"failing": Measure(9, "s")},
          bounds={"failing": Bound(3, "s", "SYNC 1 + margin 2")}, nodes=("n1",)))"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    written = Journal(tmp_path / "journal.jsonl")
    written.write("scenario", id="services/pod_killed", phase="start", namespace="ns")
    written.write("scenario", id="services/pod_killed", phase="end", why="")
    written.close()
    return tmp_path


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    plugins = ("-p", "kubeskeptic.plugin", "-p", "no:cacheprovider")
    return pytester.runpytest_inprocess(*plugins, *options, no_reraise_ctrlc=True)


def judged(pytester: pytest.Pytester, journal: Path, body: str, error: str = "Inconclusive") -> pytest.RunResult:
    pytester.makepyfile(SUITE.format(body=body, error=error))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    return run(pytester, "--replay", str(journal))


def test_a_claim_that_holds(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, "holds(FINE)")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*holds*service.pod-killed (forced)  None of 900 requests failed."])


def test_a_violated_claim_is_a_failure_that_tells_everything(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, VIOLATED)
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*service.pod-killed (forced) is violated: Requests failed for 9 s.",
            "*measured*failing: 9 s, allowed at most 3 s (SYNC 1 + margin 2)",
            "*nodes*n1",
            "*journal*journal.jsonl",
            "*again*pytest*--seed*",
            "*replay*pytest*--replay=*",
        ]
    )


def test_inconclusive_is_neither_passed_nor_an_assertion(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, 'holds(Finding(Verdict.INCONCLUSIVE, "a gap"))')
    assert result.ret == 10
    result.stdout.fnmatch_lines(["*inconclusive*a gap*"])


def test_what_a_check_raises_is_inconclusive_too(pytester: pytest.Pytester, journal: Path) -> None:
    assert judged(pytester, journal, 'recording.act("none")').ret == 10


def test_a_cluster_that_cannot_be_asked_is_skipped(pytester: pytest.Pytester, journal: Path) -> None:
    body = 'raise NotAsked("this needs risk level node, but this cluster allows only own-namespace")'
    result = judged(pytester, journal, body, "NotAsked")
    assert result.ret == 0
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*skipped*service.pod-killed (forced)  this needs risk level node, but*"])


def test_an_act_that_was_left_out_is_skipped_with_its_reason(pytester: pytest.Pytester, journal: Path) -> None:
    written = Journal(journal / "journal.jsonl")
    written.write("fact", scenario="services/pod_killed", name="left out", value={"sigkill": "needs risk level node"})
    written.close()
    result = judged(pytester, journal, 'recording.act("sigkill")')
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*skipped*needs risk level node*"])


def test_violated_outranks_inconclusive(pytester: pytest.Pytester, journal: Path) -> None:
    body = (
        VIOLATED + "\n\n@pytest.mark.claim('heal.crash')\ndef test_other(recording, holds):\n    recording.act('none')"
    )
    assert judged(pytester, journal, body).ret == 1


def test_skipped_says_why(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, 'holds(Finding(Verdict.SKIPPED, "no NetworkPolicy here"))')
    assert result.ret == 0
    result.assert_outcomes(skipped=1)


@pytest.mark.parametrize(("error", "status"), [("Refused", 21), ("LeftDirty", 20)])
def test_refused_and_dirty_have_their_own_status(
    pytester: pytest.Pytester, journal: Path, error: str, status: int
) -> None:
    assert judged(pytester, journal, f'raise {error}("not ours")', error).ret == status


DIRTY = """
import pytest
from kubeskeptic.errors import LeftDirty

@pytest.fixture(scope="session")
def run():
    yield
    raise LeftDirty("the cluster was left changed: a table is left. Run `skeptic cleanup`")

def test_first(run):
    {body}

def test_second(run): ...
"""


@pytest.mark.parametrize(
    ("body", "options"),
    [("pass", ()), ("assert False", ()), ("assert False", ("--exitfirst",)), ("raise KeyboardInterrupt", ())],
)
def test_a_run_that_ends_dirty_has_its_status_however_it_ends(
    pytester: pytest.Pytester, journal: Path, body: str, options: tuple[str, ...]
) -> None:
    pytester.makepyfile(DIRTY.format(body=body))
    pytester.makeini("[pytest]\n")
    result = run(pytester, "--replay", str(journal), *options)
    assert result.ret == 20
    result.stdout.fnmatch_lines(["*the cluster was left changed: a table is left. Run `skeptic cleanup`"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_bug_in_a_check_is_no_verdict(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, "1 / 0")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])


def test_an_unknown_claim_is_refused_before_anything_runs(pytester: pytest.Pytester, journal: Path) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.claim('service.pod-kiled')\ndef test_x(): ...")
    result = run(pytester, "--replay", str(journal))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no claim*did you mean service.pod-killed*"])


def test_a_journal_that_is_not_there_is_refused(pytester: pytest.Pytester, tmp_path: Path) -> None:
    result = run(pytester, "--replay", str(tmp_path / "nowhere"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no journal at *nowhere; name the folder of a run; `pytest` creates one"])


def test_a_journal_that_was_cut_is_said_to_be(pytester: pytest.Pytester, journal: Path) -> None:
    whole = judged(pytester, journal, "holds(FINE)")
    whole.stdout.fnmatch_lines(["kubeskeptic: the journal has no record of the run's end: this run broke off"])
    earlier.evidence.cache_clear()
    with (journal / "journal.jsonl").open("a") as file:
        file.write('{"at":')
    cut = judged(pytester, journal, "holds(FINE)")
    cut.stdout.fnmatch_lines(["kubeskeptic: the journal ends in the middle of a line: this run broke off"])


def test_a_journal_that_is_there_is_named_for_one_that_is_not(pytester: pytest.Pytester, journal: Path) -> None:
    (pytester.mkdir("reports") / "latest").symlink_to(journal)
    result = run(pytester, "--replay", "nowhere", "--reports", "reports")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no journal at nowhere; name the folder of a run, such as *reports/latest"])


def test_an_unknown_sabotage_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE.format(body="pass", error="Inconclusive"))
    pytester.makeini("[pytest]\nmarkers = claim: a claim\n")
    result = run(pytester, "--sabotage", "nothing")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unknown sabotage “nothing”*"])


def test_collecting_touches_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, "--collect-only", "-q", str(checkout() / "suites"), "--rootdir", str(checkout()))
    assert result.ret == 0
    assert not list(pytester.path.glob("reports"))


def test_replaying_writes_nothing_to_the_journal(pytester: pytest.Pytester, journal: Path) -> None:
    before = list(read(journal / "journal.jsonl"))
    judged(pytester, journal, "holds(FINE)")
    assert list(read(journal / "journal.jsonl")) == before


def test_of_two_findings_the_worst_counts(pytester: pytest.Pytester, journal: Path) -> None:
    body = f"""
    try:
        {VIOLATED}
    except AssertionError:
        pass
    holds(FINE)"""
    result = judged(pytester, journal, body)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*violated*service.pod-killed (forced)  Requests failed for 9 s."])


def test_a_violation_that_was_expected_still_fails_the_session(pytester: pytest.Pytester, journal: Path) -> None:
    result = judged(pytester, journal, f"pytest.xfail('known') if not recording else {VIOLATED}")
    assert result.ret == 1
    path = next(pytester.path.glob("test_*.py"))
    path.write_text(path.read_text().replace("@pytest.mark.claim", "@pytest.mark.xfail\n@pytest.mark.claim"))
    result = run(pytester, "--replay", str(journal))
    result.assert_outcomes(xfailed=1)
    assert result.ret == 1


def test_what_broke_a_scenario_off_is_told_once(pytester: pytest.Pytester, tmp_path: Path) -> None:
    written = Journal(tmp_path / "journal.jsonl")
    written.write("scenario", id="services/pod_killed", phase="start", namespace="ns")
    written.write("scenario", id="services/pod_killed", phase="end", why="no quota was left")
    written.close()
    more = "recording.act('x')\n\n@pytest.mark.claim('heal.crash')\ndef test_other(recording, holds):\n    recording.act('x')"
    result = judged(pytester, tmp_path, more)
    assert result.ret == 10
    result.stdout.fnmatch_lines(["*heal.crash*services/pod_killed broke off before this was observed; see **"])
    assert (
        str(result.stdout).count("service.pod-killed (forced)  services/pod_killed broke off: no quota was left") == 1
    )
