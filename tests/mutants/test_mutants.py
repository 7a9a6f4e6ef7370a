"""What is changed, and what is not because it only words."""

from __future__ import annotations

import pytest

pytest.importorskip("cosmic_ray", reason="the extra `mutants` is not installed")

from cosmic_ray.mutating import mutate_code

from tests.mutants.operators import OWN, chosen
from tests.mutants.wording import is_wording


def mutants(source: str, name: str) -> list[str]:
    """All that one operator makes of a source."""
    made, at = [], 0
    while (mutated := mutate_code(source, OWN[name](), at)) is not None:
        made.append(mutated)
        at += 1
    return made


@pytest.mark.parametrize("name", OWN)
def test_each_operator_does_what_it_shows(name: str) -> None:
    before, after = OWN[name].shown
    assert mutants(before, name)[0] == after
    assert f"own/{name}" in chosen()


@pytest.mark.parametrize(
    ("name", "source", "made"),
    [
        ("SwapFunction", "f(key=max, min=1)", ["f(key=min, min=1)"]),
        ("SwapFunction", "np.min(a)", []),
        ("NegateIn", "a not in b", ["a in b"]),
        ("NegateIn", "for a in b: pass", []),
        ("DropOperand", "x = a or b or c", ["x = b or c", "x = a or c", "x = a or b"]),
        ("DropOperand", "x = a | b", ["x = b", "x = a"]),
        ("DropArgument", "f(*a, b=1)", ["f( b=1)", "f(*a)"]),
        ("DropArgument", "f(*a)", ["f()"]),
        ("DropArgument", "f(a for a in b)", []),
        ("DropArgument", "x = {'a': 1, **b}", ["x = { **b}", "x = {'a': 1}"]),
        ("DropArgument", "x = {a: 1 for a in b}", []),
        (
            "DropStatement",
            "def f():\n    if a:\n        return b\n    return c\n",
            ["def f():\n    if a:\n        None\n    return c\n"],
        ),
    ],
)
def test_what_is_left_out(name: str, source: str, made: list[str]) -> None:
    assert mutants(source, name) == made


@pytest.mark.parametrize(
    ("source", "leaf", "wording"),
    [
        ("x = f'{a + 1}'", "1", True),
        ("why = a + 1", "1", True),
        ("x: int = 1", "1", False),
        ("x: A[1] = 2", "1", True),
        ("round(x, 3)", "3", True),
        ("round(x - 3, 2)", "3", False),
        ("conclude(x, nodes=(1,))", "1", True),
        ("conclude(x, bounds=(1,))", "1", False),
        ("def _told() -> str:\n    return 1", "1", True),
        ("def _told() -> int:\n    return 1", "1", False),
        ("if x > 1:\n    why = a\n", "1", True),
        ("if x > 1:\n    y = a\n", "1", False),
        ("@dataclass(frozen=1)\nclass A: pass", "1", True),
        ("def f(a, *, b): pass", "*", True),
        ("x = a * b", "*", False),
    ],
)
def test_what_only_words_rounds_or_types_is_not_mutated(source: str, leaf: str, wording: bool) -> None:
    from cosmic_ray.ast import ast_nodes, get_ast

    (found,) = [
        one
        for one in ast_nodes(get_ast(source))
        if getattr(one, "value", "") == leaf and one.type in ("number", "operator")
    ]
    assert is_wording(found) is wording
