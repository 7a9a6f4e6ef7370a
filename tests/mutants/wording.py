"""What is not mutated, because it decides no verdict: sentences, rounding, what is listed beside a finding, types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TELLING = frozenset(
    {
        *(
            "__str__",
            "text",
            "as_record",
            "_told",
            "_told_dead",
            "_line",
            "_lines",
            "_decisive",
            "_about",
            "_listed",
            "listed",
        ),
        *(
            "_said",
            "_shares",
            "_trouble",
            "words",
            "others",
            "told",
            "_failed",
            "_until",
            "_timeline",
            "_unsure",
            "_message",
        ),
        *("_short", "message", "_against", "_otherwise", "_reason", "_reasons"),
    }
)
"""Functions that only make sentences of what was decided."""
TOLD = frozenset({"why", "told", "said", "which", "decisive", "line", "lines"})
"""Variables that hold words."""
BESIDE = frozenset(
    {"why", "nodes", "window", "probes", "decisive", "strict", "maxsplit", "frozen", "slots", "repr", "unit"}
)
"""Keyword arguments that a verdict does not depend on."""
ALIKE = frozenset({"cache", "lru_cache", "wraps", "overload", "dataclass", "abstractmethod"})
"""Decorators without which the same is decided, or nothing works at all."""

Node = Any


def is_wording(leaf: Node) -> bool:
    """Return whether the code at a leaf only words, rounds or types."""
    return _is_digits(leaf) or any(_words(node, below) for node, below in _upwards(leaf))


def _upwards(leaf: Node) -> Iterator[tuple[Node, Node]]:
    """Every node above a leaf, with the one below through which it was reached."""
    below = leaf
    while below is not None:
        yield below.parent, below
        below = below.parent
        if below is None or below.parent is None:
            return


def _words(node: Node, below: Node) -> bool:
    match node.type:
        case "fstring" | "fstring_expr" | "strings" | "annassign" | "tfpdef" | "import_from" | "import_name":
            return node.type != "annassign" or below is node.children[1]
        case "parameters":
            return bool(below.type == "operator")  # the star before parameters that are given by name
        case "param":
            return below is node.annotation
        case "funcdef":
            tells = node.name.value in TELLING and node.annotation is not None and "str" in node.annotation.get_code()
            return tells or below is node.annotation
        case "decorator":
            return _name(node.children[1].get_first_leaf()) in ALIKE
        case "argument":
            return _name(node.children[0]) in BESIDE and node.children[1].value == "="
        case "expr_stmt":
            return _target(node) in TOLD or _target(node) == "__all__"
        case "if_stmt" | "for_stmt":
            return all(_only_words(child) for child in node.children if child.type in ("suite", "simple_stmt"))
        case _:
            return False


def _is_digits(leaf: Node) -> bool:
    """Return whether a leaf says to how many digits something is rounded."""
    call = leaf.parent
    return bool(
        call.type == "arglist"
        and call.children[-1] is leaf
        and len(call.children) == 3
        and _name(call.parent.get_previous_sibling()) == "round"
    )


def _only_words(suite: Node) -> bool:
    """Whether all statements of a suite give words to a variable."""
    statements = [one for one in getattr(suite, "children", [suite]) if one.type not in ("newline", "operator")]
    inner = [one.children[0] if one.type == "simple_stmt" else one for one in statements]
    return all(one.type == "expr_stmt" and _target(one) in TOLD for one in inner)


def _target(statement: Node) -> str:
    return _name(statement.children[0])


def _name(node: Node) -> str:
    return str(node.value) if node is not None and node.type == "name" else ""
