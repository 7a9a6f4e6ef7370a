"""What is true of every check, whatever it measures."""

from __future__ import annotations

import inspect
from types import FunctionType

import pytest

from kubeskeptic import checks
from kubeskeptic.checks.evidence import check
from kubeskeptic.findings import Verdict
from kubeskeptic.timeline import Act, Recording

ALL = [one for name in checks.__all__ if isinstance(one := getattr(checks, name), FunctionType) and one is not check]
"""The functions that suites call, each with an act as its first argument."""


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.__name__)
def test_it_cannot_say_more_than_was_seen(one: FunctionType) -> None:
    """Each goes through evidence.check, which makes a finding of whatever it meets: nothing at all, here."""
    wanted = list(inspect.signature(one).parameters.values())[1:]
    arguments = [
        "x"
        for parameter in wanted
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty
    ]
    finding = one(Act(Recording("chapter/scenario"), ["act"]), *arguments)
    assert finding.verdict is Verdict.INCONCLUSIVE
