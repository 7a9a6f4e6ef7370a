"""Inner pytest runs beside other plug-ins and other people's tests: silent without claims, its options, what it refuses."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kubeskeptic.plugin import options, refusals
from kubeskeptic.plugin.activation import FIXTURES

from .inner import suite
from .test_plugin import run

OTHERS = """
def pytest_addoption(parser):
    for words in ({options}):
        parser.addoption(*words, action="store")
"""
HEAVY = ("kubernetes", "httpx", "yaml", "dns", "allure_commons", "kubeskeptic.reports", "kubeskeptic.timeline")
LOADED = f"""
import sys
import pytest
import kubeskeptic.plugin
for name in kubeskeptic.plugin.pytest_plugins:
    __import__(name)
print(*sorted(name for name in sys.modules if name.startswith({HEAVY!r})))
print(sum(name.startswith("kubeskeptic") for name in sys.modules))
"""


# -- silence -----------------------------------------------------------------------------------------------------------
def test_a_session_without_claims_sees_nothing_of_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): ...")
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    result = run(pytester)
    assert result.ret == 0
    assert "skeptic" not in result.stdout.str().replace("plugins: kubeskeptic", "").replace(str(pytester.path), "")
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    assert not (pytester.path / "reports").exists()


def test_claims_that_were_deselected_wake_nothing(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)", more="\ndef test_mine(): ...\n")
    result = run(pytester, "-k", "mine", "--reruns=0")
    assert "seed" not in result.stdout.str()


def test_loading_it_brings_no_library() -> None:
    ran = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    heavy, ours = ran.stdout.splitlines()
    assert heavy == ""
    assert int(ours) <= 10


def test_a_fixture_of_the_same_name_from_elsewhere_is_anothers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.fixture\ndef run(): ...\ndef test_mine(run): ...")
    result = run(pytester)
    assert result.ret == 0
    assert "seed" not in result.stdout.str()
    assert FIXTURES == "kubeskeptic.fixtures."


def test_the_seed_is_told_before_the_first_test_and_after_the_last(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)")
    result = run(pytester, "--skeptic-seed", "7")
    result.stdout.fnmatch_lines(["collected 1 item", "kubeskeptic: seed 7", "seed     7"])


# -- options -----------------------------------------------------------------------------------------------------------
def test_short_forms_work_where_they_are_free(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)")
    run(pytester, "--seed", "7").stdout.fnmatch_lines(["kubeskeptic: seed 7"])


def test_a_short_form_that_a_conftest_has_is_the_conftests(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(OTHERS.format(options="('--seed',), ('--context',)"))
    pytester.makepyfile("def test_mine(pytestconfig): assert pytestconfig.getoption('--seed') == 'theirs'")
    result = run(pytester, "--seed", "theirs", "--context", "theirs")
    result.assert_outcomes(passed=1)
    assert "kubeskeptic:" not in result.stdout.str()


def test_options_that_make_no_sense_are_refused_without_claims_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): ...")
    result = run(pytester, "--skeptic-seed", "-1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *must be 0 or a positive integer*"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("--kubeconfig", "{outside}", "-q"), ["--kubeconfig={outside}", "-q"]),
        (("--skeptic-reports", "{outside}"), ["--skeptic-reports={outside}"]),
        (("--kubeconfig={outside}",), None),
        (("--kubeconfig", "/no/such/file"), None),
        (("--replay", "inside"), None),
        (("--kubeconfig",), None),
        (("--cluster", "{outside}"), None),
    ],
)
def test_a_path_apart_from_its_option_is_joined_where_pytest_would_look_for_its_root_there(
    tmp_path: Path, given: tuple[str, ...], expected: list[str] | None
) -> None:
    here, outside = tmp_path / "here", tmp_path / "outside"
    (here / "inside").mkdir(parents=True)
    outside.touch()
    words = [word.format(outside=outside) for word in given]
    assert options.in_one_word(words, here) == (expected and [word.format(outside=outside) for word in expected])


def test_a_kubeconfig_elsewhere_does_not_move_the_root(pytester: pytest.Pytester, tmp_path: Path) -> None:
    suite(pytester, "holds(FINE)")
    kubeconfig = tmp_path / "config"
    kubeconfig.touch()
    result = pytester.runpytest_subprocess(
        "-p", "kubeskeptic.plugin", "--collect-only", "--kubeconfig", str(kubeconfig)
    )
    result.stdout.fnmatch_lines([f"rootdir: {pytester.path}", "configfile: tox.ini"])


# -- refusals ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("option", "words", "sentence"),
    [
        ("--reruns", ("--reruns", "1"), "*each claim is tested once per run*remove --reruns"),
        ("--retries", ("--retries", "2"), "*each claim is tested once per run*remove --retries"),
        ("--count", ("--count", "2"), "*each claim is tested once per run*remove --count"),
        ("--timeout-method", ("--timeout-method=thread",), "*--timeout-method=thread ends the process*"),
        ("--forked", ("--forked=yes",), "*--forked runs each test in its own process*"),
    ],
)
def test_what_would_make_a_verdict_untrue_is_refused(
    pytester: pytest.Pytester, option: str, words: tuple[str, ...], sentence: str
) -> None:
    suite(pytester, "holds(FINE)")
    conftest = pytester.path / "conftest.py"
    conftest.write_text(conftest.read_text() + OTHERS.format(options=f"({option!r},),"))
    result = run(pytester, *words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])
    assert not (pytester.path / "reports").exists()


@pytest.mark.parametrize("mark", ["flaky(reruns=2)", "timeout(9, method='thread')", "timeout(9, 'thread')"])
def test_markers_that_would_do_so_are_refused(pytester: pytest.Pytester, mark: str) -> None:
    suite(pytester, "holds(FINE)", more=f"\npytestmark = pytest.mark.{mark}\n")
    result = run(pytester, "-W", "ignore::pytest.PytestUnknownMarkWarning")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *the marker {mark.partition('(')[0]}*test_0*"])


def test_workers_refuse_in_one_sentence(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)")
    result = pytester.runpytest_subprocess("-p", "kubeskeptic.plugin", "-n", "1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines([f"ERROR: {refusals.SHARED}"])
    assert not (pytester.path / "reports").exists()


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_reports_that_cannot_be_written_are_said_before_anything_is_touched(
    pytester: pytest.Pytester, place: str
) -> None:
    suite(pytester, "holds(FINE)")
    file = pytester.path / "file"
    file.touch()
    folder = file if place == "a file" else file / "reports"
    result = run(pytester, f"--reports={folder}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: runs cannot be written to {folder} (*); name another folder*"])


def test_a_cache_that_cannot_be_written_to_changes_no_status(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)")
    (pytester.path / ".pytest_cache").touch()
    result = pytester.runpytest_inprocess("-p", "kubeskeptic.plugin", "-p", "cacheprovider")
    assert result.ret == 0


# -- the last line -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("holds(FINE)", "kubeskeptic: 1 holds; exit status 0: nothing failed"),
        ("holds(GAP)", "kubeskeptic: 1 inconclusive; exit status 10: nothing is violated, but a claim is inconclusive"),
    ],
)
def test_the_last_line_says_verdict_and_status_in_words(pytester: pytest.Pytester, body: str, line: str) -> None:
    suite(pytester, body)
    assert run(pytester).outlines[-1] == line
