"""The wheel, installed into an empty environment and used in an empty folder: everything that a checkout can do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubeskeptic.claims.catalogue import CLAIMS  # not those that other tests have declared
from kubeskeptic.paths import checkout

from .reports import journals

NEEDED = (
    "src",
    "suites",
    "fixtures",
    "manifests",
    "images",
    "reports/proofs.json",
    "reports/grades.json",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
SITE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@dataclass(frozen=True)
class Installation:
    """An environment that has the wheel, and a folder that has nothing.

    :param root: of the environment
    """

    root: Path
    folder: Path

    def __call__(self, *words: str, status: int | None = 0) -> str:
        """Run a command of the environment in the folder, and return what it printed.

        :param status: what it has to end with; None: anything
        """
        name, *rest = words
        start = [str(self.root / "bin/python"), "-m", "pytest"] if name == "pytest" else [str(self.root / "bin" / name)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHONPATH", "PYTEST"))}
        environment |= {"KUBESKEPTIC_STATE": str(self.folder / "state")}
        ran = subprocess.run(
            [*start, *rest], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert status in (None, ran.returncode), ran.stdout + ran.stderr
        return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the sources, as a build leaves its traces in them."""
    sources, wheels = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheels")
    for name in NEEDED:
        there = sources / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if (checkout() / name).is_dir():
            shutil.copytree(
                checkout() / name, there, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
            )
        else:
            shutil.copy(checkout() / name, there)
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(sources))
    return next(wheels.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel in an environment that sees the libraries of this one, and nothing of the checkout."""
    root = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root)], check=True)
    (root / SITE / "libraries.pth").write_text(os.pathsep.join(_libraries()).replace(os.pathsep, "\n"))
    _pip("--python", str(root / "bin/python"), "install", "--no-deps", "--no-compile", "--ignore-installed", str(wheel))
    return Installation(root, tmp_path_factory.mktemp("folder"))


def _libraries() -> list[str]:
    """The folders with installed packages; a path that a ``.pth`` file adds brings no other ``.pth`` file to life."""
    here = [sysconfig.get_path("purelib"), *(path for path in sys.path if path.endswith("site-packages"))]
    return list(dict.fromkeys(here))


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_it_is_the_installed_package_that_is_asked(installed: Installation) -> None:
    (installed.folder / "where.py").write_text("import kubeskeptic; print(kubeskeptic.__file__)")
    python = str(installed.root / "bin/python")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ran = subprocess.run(
        [python, "where.py"], cwd=installed.folder, env=environment, capture_output=True, text=True, check=True
    )
    assert Path(ran.stdout.strip()).is_relative_to(installed.root)


@pytest.mark.parametrize("words", [("--help",), ("faults",), ("up", "--help"), ("compare", "--help")])
def test_commands_are_there(installed: Installation, words: Sequence[str]) -> None:
    assert installed("skeptic", *words)


def test_the_claims_are_listed(installed: Installation) -> None:
    listed = installed("skeptic", "claims")
    assert all(one.id in listed for one in CLAIMS)


def test_the_doctor_looks_at_the_machine(installed: Installation) -> None:
    assert "Traceback" not in installed("skeptic", "doctor", status=None)


@pytest.mark.parametrize("level", ["read-only", "own-namespace", "node", "control-plane"])
def test_the_rights_are_those_of_the_checkout(installed: Installation, level: str) -> None:
    assert installed("skeptic", "rbac", level) == (checkout() / "manifests/rbac" / f"{level}.yaml").read_text()


def test_every_claim_is_to_be_proven(installed: Installation) -> None:
    planned = installed("skeptic", "prove", "--dry-run")
    assert {one.id for one in CLAIMS} <= set(re.findall(r"[a-z]+\.[a-z-]+", planned))


def test_the_suites_are_collected_and_nothing_else_is_touched(installed: Installation) -> None:
    before = sorted(path.name for path in installed.folder.iterdir())
    printed = installed("pytest", "--pyargs", "kubeskeptic.suites", "--collect-only", "-q", "-p", "no:cacheprovider")
    assert "test_no_request_fails_when_a_pod_ends_slowly" in printed
    assert sorted(path.name for path in installed.folder.iterdir()) == before


def test_a_run_is_judged_again_and_reported_where_one_is(installed: Installation) -> None:
    run = installed.folder / "reports" / "20261101-100000-aaaa"
    journals.write_run(run)
    printed = installed("pytest", "--pyargs", "kubeskeptic.suites", f"--replay={run}", "-q", status=None)
    assert "claims" in printed
    assert "INTERNALERROR" not in printed
    assert installed("skeptic", "report", "latest").strip() == str(run / "index.html")
    assert not list((installed.root / SITE / "kubeskeptic").glob("reports/*/journal.jsonl"))


# -- claims of one's own -----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def own(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The example of the documentation, word for word, in a folder of its own."""
    text = (checkout() / "docs/your-own-claims.md").read_text()
    there = Installation(installed.root, tmp_path_factory.mktemp("own"))
    for language, name in (("yaml", "checkout.yaml"), ("python", "test_checkout.py")):
        (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
        (there.folder / name).write_text(block)
    return there


def test_a_claim_of_ones_own_is_chosen_by_its_name(own: Installation) -> None:
    assert "test_no_request_fails" in own("pytest", "--collect-only", "-q", "-k", "checkout.no-loss")


def test_a_claim_of_ones_own_can_be_proven(own: Installation) -> None:
    printed = own("skeptic", "prove", "--suites", "test_checkout.py", "--dry-run")
    assert re.search(r"no-pre-stop +checkout.no-loss", printed)


def test_a_run_without_a_cluster_is_one_sentence(own: Installation) -> None:
    printed = own("pytest", "--cluster", "there-is-none", status=21)
    assert "no healthy cluster there-is-none on this machine; first run `skeptic up --name there-is-none`" in printed
    assert "Traceback" not in printed


def test_nothing_in_the_package_is_read_from_a_checkout() -> None:
    """What is read from `checkout()` is not in the wheel."""
    users = [path for path in (checkout() / "src").rglob("*.py") if "checkout()" in path.read_text()]
    assert sorted(path.name for path in users) == ["paths.py"]
