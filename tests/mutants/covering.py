"""Which tests run which line, seen once without a mutant; a mutant is given the tests that run its line."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.mutants import trial
from tests.mutants.population import PACKAGE

EVERY_CHECK = "tests/checks/test_every_check.py"
OBJECTS = ("tests/checks/test_objects_over_time.py",)
NAMES = (
    "failures",
    "failures_late",
    "failures_shares",
    "failing",
    "failing_at_boundaries",
    "failing_stale_entries",
    "dead_node",
    "dead_node_at_boundaries",
    "outages",
)
COVERAGE = ("evidence", "coverage", "coverage_answers", "coverage_records", "baseline", "played")
FAILURES = tuple(f"tests/checks/test_{name}.py" for name in NAMES)
TESTS = {
    "bounds.py": ("tests/test_bounds.py", "tests/test_doubt.py"),
    "findings.py": ("tests/test_findings.py", "tests/test_doubt.py"),
    "journal": ("tests/journal", "tests/timeline"),
    "timeline": ("tests/timeline", "tests/checks"),
    "plugin/judging.py": tuple(f"tests/plugin/test_{name}.py" for name in ("judging", "plugin", "endings")),
    **{
        f"checks/{name}.py": (
            *(f"tests/checks/test_{one}.py" for one in COVERAGE),
            *FAILURES,
        )
        for name in ("evidence", "coverage")
    },
    "checks/lanes.py": ("tests/checks/test_lanes.py", "tests/checks/test_evidence.py", *FAILURES),
    "checks/failures.py": FAILURES,
    "checks/failing.py": FAILURES,
    "checks/shares.py": (*FAILURES, "tests/checks/test_serving.py"),
    **{
        f"checks/{name}.py": (*OBJECTS, f"tests/checks/test_{name}.py")
        for name in ("nodes", "replicas", "statefulsets")
    },
    "checks/pods.py": (*OBJECTS, "tests/checks/test_pods.py", "tests/checks/test_pods_at_boundaries.py"),
    "checks/digest.py": ("tests/checks/test_digest.py", "tests/proving/test_again.py"),
}
"""Which tests are asked about a part of what decides, beside those whose names begin with its name; about another check
those of its folder when there is no file of that name. Others may notice a mutant, too; they are too many to be asked each
time."""
SECONDS = 3.0
"""Of tests that one mutant is given, the fastest first; those of the module's own files come before others."""
SECONDS_AT_IMPORT = 15.0
"""Where the line runs at import: which tests need it is not known, so more are given."""


class Watching:
    """Notes the lines that each test runs; what fixtures run belongs to all tests of the file."""

    def __init__(self, tree: Path, target: Path) -> None:
        import coverage

        self.tree, self.target = tree, target
        self.took: dict[str, float] = {}
        self.cover = coverage.Coverage(data_file=None, include=[f"{tree}/src/*"], config_file=False)
        self.cover.start()

    def pytest_runtest_setup(self, item: Any) -> None:
        """Fixtures are about to run."""
        self.cover.switch_context(item.nodeid.partition("::")[0])

    def pytest_runtest_call(self, item: Any) -> None:
        """The test is about to run."""
        self.cover.switch_context(item.nodeid)
        self.took[item.nodeid] = -time.process_time()

    def pytest_runtest_teardown(self, item: Any) -> None:
        """The test has run."""
        self.took[item.nodeid] = self.took.get(item.nodeid, -time.process_time()) + time.process_time()
        self.cover.switch_context("")

    def pytest_sessionfinish(self) -> None:
        """Write what was noted."""
        self.cover.stop()
        data = self.cover.get_data()
        runs = [
            (name, str(Path(path).relative_to(self.tree)), line)
            for path in sorted(data.measured_files())
            for line, names in data.contexts_by_lineno(path).items()
            for name in names
        ]
        self.target.write_text(json.dumps({"took": self.took, "runs": runs}))


class Only:
    """Runs the tests of a list, in its order."""

    def __init__(self, chosen: Sequence[str]) -> None:
        self.order = {name: at for at, name in enumerate(chosen)}

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Leave the others out."""
        items[:] = sorted((one for one in items if one.nodeid in self.order), key=lambda one: self.order[one.nodeid])


class Covering:
    """The tests of each line.

    :param tree: a copy of the checkout
    :param folder: where what was seen is kept
    :param modules: which modules are mutated
    :raises RuntimeError: when a test fails without a mutant
    """

    def __init__(self, tree: Path, folder: Path, modules: Sequence[Path]) -> None:
        self.took: dict[str, float] = {}
        self.lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.files: dict[str, list[str]] = defaultdict(list)
        for seen in _seen(tree, folder, {test for one in modules for test in _concerning(one)}):
            self.took |= seen["took"]
            for name, path, line in seen["runs"]:
                self.lines[path][line].add(name)
        for name in self.took:
            self.files[name.partition("::")[0]].append(name)

    def of(self, path: Path, lines: range) -> list[str]:
        """Return the tests that run some lines of a module; of lines that run at import all that run any line of it, and all
        in its own file: what is only compared, such as a table, is run by none.
        """
        by_line = self.lines.get(str(path), {})
        names = {name for at in lines for name in by_line.get(at, ())}
        own = {one for one in _concerning(path) if one.endswith(".py")}
        at_import = "" in names or not names  # of a constant that the compiler folds, no line is seen to run
        if at_import:
            names = {name for found in by_line.values() for name in found}
            names |= {test for test in self.took if test.partition("::")[0] in own}
        tests = {test for name in names for test in self._tests(name)}
        ordered = sorted(tests, key=lambda test: (test.partition("::")[0] not in own, self.took[test], test))
        return list(self._affordable(ordered, SECONDS_AT_IMPORT if at_import else SECONDS))

    def _tests(self, name: str) -> list[str]:
        return [name] if name in self.took else self.files.get(name, [])

    def _affordable(self, tests: Sequence[str], seconds: float) -> Iterator[str]:
        spent = 0.0
        for test in tests:
            spent += self.took[test]
            if spent > seconds:
                return
            yield test


def _concerning(module: Path) -> Sequence[str]:
    """The files and folders of tests that are asked about a module."""
    name = module.relative_to(PACKAGE)
    found = next((tests for part, tests in TESTS.items() if name.is_relative_to(part)), None)
    folder = Path("tests", name.parent)
    own = [str(one) for end in ("", "_*") for one in sorted(folder.glob(f"test_{name.stem}{end}.py"))]
    every = (EVERY_CHECK,) if name.parent == Path("checks") else ()
    return tuple(dict.fromkeys((*own, *(found or ([] if own else [str(folder)])), *every)))


def _seen(tree: Path, folder: Path, concerned: set[str]) -> Iterator[dict[str, Any]]:
    """What each file of tests runs; read again where it was seen before and neither it nor the source has changed."""
    kept = folder / "covering"
    kept.mkdir(exist_ok=True)
    shared = [path for part in ("src", "tests") for path in (tree / part).rglob("*.py") if path.name[:5] != "test_"]
    base = _digest(path for path in shared if "mutants" not in path.parts[len(tree.parts) :])
    for test in sorted({path for part in concerned for path in _files(tree / part)}):
        target, log = kept / f"{_digest([test])}-{base}.json", folder / "covering.log"
        if not target.exists():
            tests = [str(test.relative_to(tree)), "-m", "not live and not browser"]
            status = trial.run(tree, log, tests, partial(_watching, tree, target), keep=True)
            if status:
                target.unlink(missing_ok=True)
                raise RuntimeError(f"{tests[0]} does not pass without a mutant, exit status {status}: see {log}")
        yield json.loads(target.read_text())


def _watching(tree: Path, target: Path) -> list[Watching]:
    return [Watching(tree, target)]


def _files(path: Path) -> Iterable[Path]:
    return path.rglob("test_*.py") if path.is_dir() else [path]


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(files))).hexdigest()[:16]
