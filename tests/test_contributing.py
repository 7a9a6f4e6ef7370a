"""CONTRIBUTING's recipes are true: what they name is there, and their code is the code of the project."""

from __future__ import annotations

import ast
import re

import pytest

from kubeskeptic import checks, plugin
from kubeskeptic.agent.probes import _PROBERS
from kubeskeptic.agent.spec import KINDS
from kubeskeptic.claims.model import Case
from kubeskeptic.faults.library import FAULTS
from kubeskeptic.paths import checkout
from kubeskeptic.scenarios import Scenario, Stage

TEXT = (checkout() / "CONTRIBUTING.md").read_text()
ROOTS = (checkout(), checkout() / "src" / "kubeskeptic")
PATHS = sorted(set(re.findall(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.py)`", TEXT)))
CODE = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("path", PATHS)
def test_every_place_that_is_named_is_there(path: str) -> None:
    assert any((root / path).exists() for root in ROOTS), path


def _tree(code: str) -> ast.Module:
    return ast.parse("\n".join(line.removeprefix("   ") for line in code.splitlines()))


def _calls(code: str) -> dict[str, ast.Call]:
    """The calls in a recipe's code, by what is called."""
    tree = _tree(code)
    calls = (one for one in ast.walk(tree) if isinstance(one, ast.Call) and not isinstance(one.func, ast.Call))
    return {ast.unparse(one.func): one for one in calls}


@pytest.mark.parametrize("code", CODE)
def test_what_a_recipe_imports_is_there_and_is_all_that_it_names(code: str) -> None:
    tree = _tree(code)
    imports = [one for one in tree.body if isinstance(one, ast.ImportFrom)]
    there: dict[str, object] = {}
    exec(compile(ast.Module(list(imports), []), "CONTRIBUTING.md", "exec"), there)
    assigned = (target for one in tree.body if isinstance(one, ast.Assign) for target in one.targets)
    made = {one.id for one in assigned if isinstance(one, ast.Name)}
    given = {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}
    named = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
    assert named <= set(there) | made | given


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_every_fault_has_its_lines_in_the_live_tests(fault: str) -> None:
    live = checkout() / "tests" / "live"
    assert FAULTS[fault].__name__ in (live / "test_faults.py").read_text()
    assert f'"{fault}' in (live / "kills.py").read_text()


def test_a_kind_of_probe_stands_in_both_tables() -> None:
    assert set(KINDS) == set(_PROBERS)


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
