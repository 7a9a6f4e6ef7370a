"""Which tests run which line, seen once without a mutant; a mutant is given the tests that run its line."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.mutants import trial

TESTS = (
    *("tests/checks", "tests/timeline", "tests/journal", "tests/replay", "tests/test_bounds.py", "tests/test_findings.py"),
    *("tests/plugin/test_plugin.py", "tests/plugin/test_endings.py", "tests/proving/test_again.py", "tests/recorder"),
)
"""The tests of what decides verdicts. Others may notice a mutant, too; they are too slow to be asked."""
SECONDS = 6.0
"""Of tests that one mutant is given, the fastest first; those of the module's own file come before others."""


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
        lines = {
            str(Path(path).relative_to(self.tree)): {str(at): names for at, names in data.contexts_by_lineno(path).items()}
            for path in data.measured_files()
        }
        self.target.write_text(json.dumps({"took": self.took, "lines": lines}))


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
    :raises RuntimeError: when a test fails without a mutant
    """

    def __init__(self, tree: Path, folder: Path) -> None:
        log, stamp = folder / "covering.log", _digest(tree)
        target = folder / f"covering-{stamp}.json"
        if not target.exists():
            for old in folder.glob("covering-*.json"):
                old.unlink()
            tests = [*TESTS, "-m", "not live and not browser"]
            status = trial.run(tree, log, tests, lambda: [Watching(tree, target)], keep=True)
            if status:
                target.unlink(missing_ok=True)
                raise RuntimeError(f"the tests do not pass without a mutant, exit status {status}: see {log}")
        seen = json.loads(target.read_text())
        self.took: dict[str, float] = seen["took"]
        self.lines: dict[str, dict[str, list[str]]] = seen["lines"]
        self.files = defaultdict(list)
        for name in self.took:
            self.files[name.partition("::")[0]].append(name)

    def of(self, path: Path, lines: range) -> list[str]:
        """Return the tests that run some lines of a module; of lines that run at import all that run any line of it."""
        by_line = self.lines.get(str(path), {})
        names = {name for at in lines for name in by_line.get(str(at), ())}
        if names <= {""}:
            names = {name for found in by_line.values() for name in found} if "" in names else set()
        tests = {test for name in names for test in self._tests(name)}
        own = f"test_{path.stem}.py"
        ordered = sorted(tests, key=lambda test: (own not in test, self.took[test], test))
        return list(self._affordable(ordered))

    def _tests(self, name: str) -> list[str]:
        return [name] if name in self.took else self.files.get(name, [])

    def _affordable(self, tests: Sequence[str]) -> Iterator[str]:
        spent = 0.0
        for test in tests:
            spent += self.took[test]
            if spent > SECONDS:
                return
            yield test


def _digest(tree: Path) -> str:
    """A hash of the source and the tests: as long as it is the same, each line is run by the same tests."""
    files = sorted(path for part in ("src", "tests") for path in (tree / part).rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]
