"""Slow scenarios are left out unless they are asked for."""

from __future__ import annotations

import pytest

from kubeskeptic.paths import checkout

WORKLOADS = "suites/workloads"


@pytest.mark.parametrize(
    ("words", "slow", "others"),
    [
        ([WORKLOADS], False, True),
        ([WORKLOADS, "suites/services/test_readiness.py", "-m", "quick"], False, True),
        ([WORKLOADS, "-m", "slow"], True, False),
        ([f"{WORKLOADS}/test_prestop.py::test_no_request_fails_when_pods_end_slowly_enough"], True, False),
        ([f"{WORKLOADS}/test_prestop.py", f"{WORKLOADS}/test_updates.py"], True, True),
        ([f"{WORKLOADS}/test_updates.py"], False, True),
    ],
)
def test_slow_tests_are_left_out_unless_asked_for(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, words: list[str], slow: bool, others: bool
) -> None:
    root = checkout()
    assert root
    monkeypatch.chdir(root)
    found = pytester.runpytest_subprocess("--collect-only", "-q", "-p", "no:cacheprovider", *words).stdout.str()
    assert ("test_prestop.py::" in found) is slow, found
    assert ("test_updates.py::" in found or "test_readiness.py::" in found) is others, found
