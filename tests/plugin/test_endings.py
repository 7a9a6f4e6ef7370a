"""Inner pytest runs: every claim that was to be asked has a finding, however the session ends, and the exit status fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from .inner import suite, summary, told
from .test_plugin import VIOLATED, run

NOT_REACHED = ("inconclusive", "not asked: the run ended before it")
HELD = ("holds", "None of 900 requests failed.")


# -- findings ----------------------------------------------------------------------------------------------------------
def test_a_test_that_says_nothing_about_its_claim_does_not_pass(pytester: pytest.Pytester) -> None:
    suite(pytester, "assert recording", "holds(FINE)")
    result = run(pytester)
    assert result.ret == 1
    result.assert_outcomes(passed=1, failed=1)
    sentence = "this test of service.stable ended without a finding; it must pass one to `holds`"
    result.stdout.fnmatch_lines([sentence])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert told(pytester)["service.stable"] == ("inconclusive", f"the test itself failed: {sentence}")
    assert told(pytester)["service.pod-killed"] == HELD


def test_a_test_that_does_not_even_ask_for_holds_does_not_pass(pytester: pytest.Pytester) -> None:
    suite(pytester, more="\n@pytest.mark.claim('heal.crash')\ndef test_claim(run): ...\n")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    assert told(pytester)["heal.crash"][0] == "inconclusive"


def test_a_test_that_goes_on_after_a_violation_does_not_pass(pytester: pytest.Pytester) -> None:
    suite(pytester, f"with pytest.raises(AssertionError):\n        {VIOLATED}")
    result = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["this test continued after it found service.stable violated; it must not catch*"])
    assert told(pytester)["service.stable"][0] == "violated"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("1 / 0", "the test itself failed: ZeroDivisionError: division by zero"),
        ("holds(FINE); 1 / 0", "the test itself failed: ZeroDivisionError: division by zero"),
        ("assert not recording, 'nothing recorded'", "the test itself failed: AssertionError: nothing recorded"),
        ("holds(FINE); recording.act('none')", "the act “none” of services/pod_killed was not played to its end"),
        ("raise RuntimeError('token=hunter2-hunter2')", "the test itself failed: RuntimeError: token=[redacted]"),
    ],
)
def test_a_test_that_broke_is_inconclusive_with_the_reason(pytester: pytest.Pytester, body: str, why: str) -> None:
    suite(pytester, body, "holds(FINE)")
    result = run(pytester)
    assert result.ret == (10 if "recording.act" in body else 1)
    assert told(pytester) == {"service.stable": ("inconclusive", why), "service.pod-killed": HELD}
    assert summary(pytester).startswith("# What held, and what is inconclusive\n")


def test_a_fixture_that_broke_is_no_finding_either(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)", more="\n@pytest.fixture\ndef holds(run): 1 / 0\n")
    assert run(pytester).ret == 1
    assert told(pytester)["service.stable"][1] == "the test itself failed: ZeroDivisionError: division by zero"
    assert summary(pytester).startswith("# Nothing could be concluded\n")


@pytest.mark.parametrize("body", ["pytest.skip('not here')", "holds(FINE); pytest.skip('not here')"])
def test_a_test_that_skips_itself_is_a_skipped_claim(pytester: pytest.Pytester, body: str) -> None:
    suite(pytester, body)
    assert run(pytester).ret == 0
    assert told(pytester) == {"service.stable": ("skipped", "not here")}


@pytest.mark.parametrize("body", [VIOLATED, "1 / 0", "holds(GAP)"])
def test_what_exitfirst_left_out_is_told(pytester: pytest.Pytester, body: str) -> None:
    suite(pytester, "holds(FINE)", body, "holds(FINE)")
    result = run(pytester, "--exitfirst")
    assert result.ret == (10 if body == "holds(GAP)" else 1)
    found = told(pytester)
    assert found["service.stable"] == HELD
    assert found["heal.crash"] == NOT_REACHED
    result.stdout.fnmatch_lines(["*inconclusive*heal.crash*not asked: the run ended before it"])


def test_what_an_interrupt_left_out_is_told(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)", "raise KeyboardInterrupt", "holds(FINE)")
    assert run(pytester).ret == pytest.ExitCode.INTERRUPTED
    assert told(pytester) == {
        "service.stable": HELD, "service.pod-killed": NOT_REACHED, "heal.crash": NOT_REACHED
    }  # fmt: skip
    assert summary(pytester).startswith("# What held, and what is inconclusive\n")


@pytest.mark.parametrize("options", [("--collect-only",), ("-k", "nothing")])
def test_what_was_not_selected_is_not_told(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    suite(pytester, "holds(FINE)")
    result = run(pytester, *options)
    result.stdout.no_fnmatch_line("*not asked*")
    assert not list(pytester.path.glob("reports/*"))


# -- the exit status ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("expected", "found"), [("holds(GAP)", VIOLATED), (VIOLATED, "holds(GAP)")])
def test_a_violation_is_never_offset_by_what_is_inconclusive(
    pytester: pytest.Pytester, expected: str, found: str
) -> None:
    suite(pytester, expected, found)
    path = next(pytester.path.glob("test_*.py"))
    path.write_text(path.read_text().replace("def test_0", "@pytest.mark.xfail\ndef test_0"))
    result = run(pytester)
    result.assert_outcomes(xfailed=1, failed=1)
    assert result.ret == 1


def test_another_failure_is_never_offset_by_what_is_inconclusive(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(GAP)", "holds(GAP)", more="\ndef test_other(): assert False\n")
    path = next(pytester.path.glob("test_*.py"))
    path.write_text(path.read_text().replace("def test_0", "@pytest.mark.xfail\ndef test_0"))
    assert run(pytester).ret == 1


REFUSING = """
@pytest.fixture(scope="module")
def recording(run):
    raise Refused("another cluster is behind the context")
"""


def test_a_refusal_in_the_story_ends_the_session_with_21(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(FINE)", "holds(FINE)", more=REFUSING)
    pytester.makepyfile(test_zz_later="def test_touches(run): open('touched', 'w').close()")
    result = run(pytester)
    assert result.ret == 21
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*another cluster is behind the context*", "*!!! access to the cluster was refused*"])
    assert not (pytester.path / "touched").exists()
    assert told(pytester) == {
        "service.stable": ("inconclusive", "another cluster is behind the context"),
        "service.pod-killed": NOT_REACHED,
    }


def test_a_run_that_nobody_could_look_at_is_no_inconclusive_claim(pytester: pytest.Pytester) -> None:
    suite(pytester, "holds(GAP)")
    conftest = pytester.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace(
        "    write_all(folder)\n",
        "    write_all(folder)\n    from kubeskeptic.errors import SkepticError\n    raise SkepticError('nobody could look')\n",
    ))  # fmt: skip
    assert run(pytester).ret == 1


def test_the_reports_are_written_again_only_for_what_came_after_them(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []
    monkeypatch.setattr("kubeskeptic.plugin.summary.write_all", written.append)
    suite(pytester, "raise KeyboardInterrupt", "holds(FINE)")
    run(pytester)
    assert written == []
