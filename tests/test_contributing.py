"""CONTRIBUTING's recipes are true: what they name is there, and their code is the code of the project."""

from __future__ import annotations

import ast
import re

import pytest

from kubeskeptic import checks, plugin
from kubeskeptic.claims.case import Case
from kubeskeptic.paths import checkout
from kubeskeptic.scenarios import Scenario, Stage

TEXT = (checkout() / "CONTRIBUTING.md").read_text()
ROOTS = (checkout(), checkout() / "src" / "kubeskeptic")
PATHS = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.py)`", TEXT)))
CODE = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("path", PATHS)
def test_every_place_that_is_named_is_there(path: str) -> None:
    assert any((root / path).exists() for root in ROOTS), path


def _calls(code: str) -> dict[str, ast.Call]:
    """The calls in a recipe's code, by what is called."""
    tree = ast.parse("\n".join(line.removeprefix("   ") for line in code.splitlines()))
    calls = (one for one in ast.walk(tree) if isinstance(one, ast.Call) and not isinstance(one.func, ast.Call))
    return {ast.unparse(one.func): one for one in calls}


def test_the_recipe_of_a_claim_uses_the_marks_and_checks_that_there_are() -> None:
    calls = _calls(CODE[0])
    assert callable(plugin.claim)
    assert {word.arg for word in calls["claim"].keywords} <= set(Case.__dataclass_fields__) | {"case", "act", "of"}
    assert all(hasattr(checks, name.removeprefix("checks.")) for name in calls if name.startswith("checks."))


def test_the_recipe_of_a_scenario_uses_what_a_scenario_and_its_stage_have() -> None:
    calls = _calls(CODE[1])
    assert all(hasattr(Scenario, name.removeprefix("pods.")) for name in calls if name.startswith("pods."))
    assert all(hasattr(Stage, name.removeprefix("stage.")) for name in calls if name.startswith("stage."))
    assert "Scenario" in calls
