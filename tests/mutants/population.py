"""All mutants of what decides verdicts, in an order drawn by a seed: any first part of it is a sample."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.work_item import MutationSpec, WorkItem

from tests.mutants import operators
from tests.mutants.wording import is_wording

PACKAGE = Path("src/kubeskeptic")
DECIDING = ("checks", "timeline", "bounds.py", "findings.py", "journal", "plugin/judging.py")
"""What decides verdicts."""


def modules(only: Sequence[str] = ()) -> list[Path]:
    """Return the modules that are mutated, relative to the checkout.

    :param only: paths below :data:`PACKAGE`, files or folders, of which to take no others
    :raises FileNotFoundError: when one of them is no part of what decides
    """
    found = sorted(path for part in DECIDING for path in _files(PACKAGE / part) if path.name != "__init__.py")
    for one in only:
        if not any(path.is_relative_to(PACKAGE / one) for path in found):
            raise FileNotFoundError(f"{one} is not among what decides verdicts: {', '.join(DECIDING)}")
    return [path for path in found if not only or any(path.is_relative_to(PACKAGE / one) for one in only)]


def mutants(paths: Sequence[Path], seed: int) -> list[WorkItem]:
    """Return all mutants of some modules, shuffled. A mutant of a changed module is another one."""
    names = operators.chosen()
    found = [item for path in paths for item in _of(path, names)]
    random.Random(seed).shuffle(found)
    return found


def _files(path: Path) -> Iterator[Path]:
    return path.rglob("*.py") if path.is_dir() else iter([path])


def _of(path: Path, names: Sequence[str]) -> Iterator[WorkItem]:
    source = hashlib.sha256(path.read_bytes()).hexdigest()
    tree = get_ast_from_path(path)
    nodes = list(ast_nodes(tree))
    for name in names:
        operator = plugins.get_operator(name)()
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(places):
            leaf = tree.get_leaf_for_position(start, include_prefixes=True)
            if leaf is None or is_wording(leaf) or start >= end:
                continue
            job = hashlib.sha256(f"{path} {source} {name} {occurrence}".encode()).hexdigest()[:32]
            yield WorkItem.single(job, MutationSpec(str(path), name, occurrence, start, end))
