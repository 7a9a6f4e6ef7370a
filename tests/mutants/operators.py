"""Changes of checks beyond those of cosmic-ray, and which of cosmic-ray's are made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from cosmic_ray import plugins
from cosmic_ray.operators.operator import Example, Operator

OF_COSMIC_RAY = re.compile(
    r"core/("
    r"ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_LtE|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt|GtE_Lt|Is_IsNot|IsNot_Is)"
    r"|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|BitOr_BitAnd|BitAnd_BitOr)"
    r"|ReplaceUnaryOperator_(USub_UAdd|Delete_Not)"
    r"|AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ExceptionReplacer|NumberReplacer|RemoveDecorator|ZeroIterationForLoop"
    r")"
)
"""Of each comparison its boundary and its opposite; the others of cosmic-ray's say nothing that these do not."""

Node = Any
"""A node of parso's syntax tree, or a leaf of it."""
Edit = tuple[Node, "str | None"]
"""A part of a node, and the code in its place; None: it is left out, with the separator beside it."""


class _Edits(Operator):
    """Replaces or leaves out parts of a node."""

    shown: ClassVar[tuple[str, str]]
    """A source, and the same after its first change."""

    def edits(self, node: Node) -> Iterator[Edit]:
        """Every change that can be made to a node."""
        raise NotImplementedError

    def mutation_positions(self, node: Node) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Where the changes are."""
        return ((part.start_pos, part.end_pos) for part, _ in self.edits(node))

    def mutate(self, node: Node, index: int) -> Node:
        """Make one of the changes."""
        part, code = list(self.edits(node))[index]
        if code is None:
            _leave_out(part)
        else:
            _put(part, code)
        return node

    @classmethod
    def examples(cls) -> Iterable[Example]:
        """What cosmic-ray tests operators with."""
        return (Example(*cls.shown),)


class SwapFunction(_Edits):
    """Swaps min and max, any and all, first and last."""

    shown = ("least = min(a, b)", "least = max(a, b)")
    pairs: ClassVar = {"min": "max", "max": "min", "any": "all", "all": "any"}

    def edits(self, node: Node) -> Iterator[Edit]:
        """Names of functions that are called or passed on, not attributes and names of arguments."""
        if node.type != "name" or node.value not in self.pairs:
            return
        before, after = node.get_previous_leaf(), node.get_next_leaf()
        if not (before and before.value in (".", "import", "def")) and not (after and after.value == "="):
            yield node, self.pairs[node.value]


class NegateIn(_Edits):
    """Swaps ``in`` and ``not in``."""

    shown = ("if a in b: pass", "if a not in b: pass")

    def edits(self, node: Node) -> Iterator[Edit]:
        """Operators of comparisons."""
        for part in node.children[1::2] if node.type == "comparison" else ():
            words = part.get_code().split()
            if words in (["in"], ["not", "in"]):
                yield part, "not in" if words == ["in"] else "in"


class DropOperand(_Edits):
    """Leaves out one operand of ``and``, ``or`` and of sums of sets."""

    shown = ("a = b and c", "a = c")

    def edits(self, node: Node) -> Iterator[Edit]:
        """All operands."""
        sets = node.type == "expr" and all(one.value == "|" for one in node.children[1::2])
        if node.type in ("and_test", "or_test") or sets:
            yield from ((part, None) for part in node.children[::2])


class DropCondition(_Edits):
    """Leaves out the condition of a comprehension."""

    shown = ("a = [b for b in c if b]", "a = [b for b in c if True]")

    def edits(self, node: Node) -> Iterator[Edit]:
        """The condition."""
        if node.type == "comp_if":
            yield node.children[1], "True"


class DropArgument(_Edits):
    """Leaves out a keyword argument, an unpacked one, or an entry of a dictionary or list."""

    shown = ("a = f(b, *c)", "a = f(b)")

    def edits(self, node: Node) -> Iterator[Edit]:
        """All that can be left out without an error of syntax."""
        if node.type in ("arglist", "testlist_comp"):
            yield from ((part, None) for part in node.children if _is_named(part))
        elif node.type == "trailer" and len(node.children) == 3 and node.children[1].type == "argument":
            if any(getattr(one, "value", "") in ("*", "**", "=") for one in node.children[1].children):
                yield node.children[1], ""
        elif node.type == "dictorsetmaker":
            yield from ((part, None) for part in node.children if _first(part))


class DropStatement(_Edits):
    """Leaves out a call whose result nobody reads, a ``raise``, a ``yield`` or an early ``return``."""

    shown = ("f(a)\n", "None\n")

    def edits(self, node: Node) -> Iterator[Edit]:
        """The statement."""
        if node.type != "simple_stmt":
            return
        part = node.children[0]
        if part.type in ("atom_expr", "power") and part.children[-1].type == "trailer":
            yield part, "None"
        elif part.type in ("raise_stmt", "yield_expr") or (part.type == "return_stmt" and node.parent.type == "suite"):
            early = part.type != "return_stmt" or node.parent.parent.type in ("if_stmt", "for_stmt", "try_stmt")
            if early:
                yield part, "None"


OWN = {one.__name__: one for one in (SwapFunction, NegateIn, DropOperand, DropCondition, DropArgument, DropStatement)}


class Provider:
    """The operators of this module, as cosmic-ray looks them up."""

    def __iter__(self) -> Iterator[str]:
        return iter(OWN)

    def __getitem__(self, name: str) -> type[_Edits]:
        return OWN[name]


def register() -> None:
    """Make the operators known to cosmic-ray."""
    plugins.OPERATOR_PROVIDERS["own"] = Provider()


def chosen() -> list[str]:
    """Return the names of all operators that are applied."""
    register()
    return sorted(name for name in plugins.operator_names() if name.startswith("own/") or OF_COSMIC_RAY.fullmatch(name))


def _first(part: Node) -> bool:
    """Whether a part of a dictionary or set begins one of its entries."""
    before = part.get_previous_sibling()
    generates = part.parent.children[-1].type in ("comp_for", "sync_comp_for")
    is_comma = getattr(part, "value", "") == ","
    return not generates and not is_comma and (before is None or getattr(before, "value", "") == ",")


def _is_named(part: Node) -> bool:
    """Whether an argument is named or unpacked, and no generator."""
    generates = part.type == "argument" and part.children[-1].type in ("comp_for", "sync_comp_for")
    return part.type in ("argument", "star_expr") and not generates


def _leave_out(part: Node) -> None:
    """Leave out an operand, argument or entry, with the separator behind it, or else the one before it."""
    siblings = part.parent.children
    at = siblings.index(part)
    end = at + 1
    if part.parent.type == "dictorsetmaker":
        while end < len(siblings) and getattr(siblings[end], "value", "") != ",":
            end += 1
    if end < len(siblings) and siblings[end].type != "sync_comp_for":
        end += 1
    elif at:
        at -= 1
    del siblings[at:end]


def _put(part: Node, code: str) -> None:
    """Put code in the place of a part; what stands before it, such as a space, stays."""
    leaves = []
    leaf, last = part.get_first_leaf(), part.get_last_leaf()
    while leaf is not last:
        leaves.append(leaf)
        leaf = leaf.get_next_leaf()
    for one in [*leaves, last][1:]:
        one.prefix = one.value = ""
    part.get_first_leaf().value = code
