"""The commands of the pages that somebody new follows, as tests run them: word by word but for what is theirs to fill in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kubeskeptic.paths import checkout

SMALL = "-k 'service.pod-killed and graceful' -p no:cacheprovider"
"""A choice of a minute, in place of everything."""
PLAYED: Mapping[str, Mapping[str, str]] = {
    "debian.md": {
        'eval "$(skeptic env)"': 'eval "$(skeptic env --name {name})"; kubectl get nodes; docker ps',
        "skeptic doctor": "skeptic doctor",
        "skeptic status": "skeptic status --cluster {name}",
    },
    "laptop.md": {
        "skeptic doctor": "skeptic doctor",
        "skeptic up": "skeptic up --images pull --kubernetes {version} --workers 2 --with none",
        "pytest --pyargs kubeskeptic.suites -m quick": "pytest --pyargs kubeskeptic.suites -m quick -k '{chosen}'"
        " -p no:cacheprovider",
        "skeptic status": "skeptic status",
        "skeptic uninstall": "skeptic uninstall --yes",
    },
    "ci.md": {
        "skeptic up": "skeptic up --name {name} --workers 1 --with none",
        "pytest --pyargs kubeskeptic.suites -m quick --junitxml=junit.xml": "pytest --pyargs kubeskeptic.suites -m quick"
        f" --junitxml=junit.xml --cluster {{name}} {SMALL}",
        "skeptic down": "skeptic down --name {name}",
        "skeptic baseline write": "skeptic baseline write",
        "skeptic baseline check --markdown": "skeptic baseline check --markdown",
    },
    "kind-cluster.md": {
        "skeptic adopt --context kind-theirs --risk control-plane": "skeptic adopt --context kind-theirs --risk control-plane",
        "pytest --context kind-theirs --pyargs kubeskeptic.suites": "pytest --context kind-theirs"
        " --pyargs kubeskeptic.suites -k '{chosen}' -p no:cacheprovider",
        "skeptic status --context kind-theirs": "skeptic status --context kind-theirs",
        "skeptic abandon --context kind-theirs": "skeptic abandon --context kind-theirs",
    },
    "other-cluster.md": {
        "kubectl --context staging create namespace kubeskeptic": "kubectl --context staging create namespace kubeskeptic",
        "kubectl --context staging create serviceaccount kubeskeptic --namespace kubeskeptic": "kubectl --context staging"
        " create serviceaccount kubeskeptic --namespace kubeskeptic",
        "skeptic rbac own-namespace | kubectl --context staging apply -f -": "skeptic rbac own-namespace"
        " | kubectl --context staging apply -f -",
        "skeptic adopt --context staging --risk own-namespace": "skeptic adopt --context staging --risk own-namespace",
        "kubectl --context staging create token kubeskeptic --namespace kubeskeptic --duration 8h": "kubectl --context staging"
        " create token kubeskeptic --namespace kubeskeptic --duration 8h > token",
        "kubectl config set-credentials kubeskeptic --token TOKEN": "kubectl config set-credentials kubeskeptic"
        ' --token "$(cat token)"',
        "kubectl config set-context skeptic --cluster CLUSTER --user kubeskeptic": "kubectl config set-context skeptic"
        " --cluster {cluster} --user kubeskeptic",
        "pytest --context skeptic --agent-image IMAGE --pyargs kubeskeptic.suites": "pytest --context skeptic"
        f" --agent-image {{image}} --pyargs kubeskeptic.suites -m quick {SMALL}",
        "skeptic watch --context skeptic --agent-image IMAGE --service shop/web -- COMMAND": "skeptic watch --context skeptic"
        " --agent-image {image} --service default/kubernetes -- sleep 5",
        "skeptic status --context skeptic": "skeptic status --context skeptic",
        "skeptic cleanup --context skeptic": "skeptic cleanup --context skeptic",
    },
}
"""By page: what it shows, and what is run for it, with fields that the test fills in."""
ELSEWHERE: Mapping[str, str] = {
    "make verify": "the whole run: CI does it on a clean clone",
    "source .venv/bin/activate": "the tests' own shell has the folder on its path",
    "kubectl get nodes": "run in the shell in which `skeptic env` was evaluated",
    "docker ps": "run in the shell in which `skeptic env` was evaluated",
    "python3 -m venv .venv && source .venv/bin/activate": "tests/test_wheel.py installs the wheel into an environment",
    "pip install kubeskeptic": "needs a package index; tests/test_wheel.py installs the wheel",
    "python -m pip install --quiet kubeskeptic": "needs a package index; tests/test_wheel.py installs the wheel",
    "skeptic agent-image --push REPOSITORY": "test_laptop.py pushes to the test host's registry",
}
"""What these tests do not run as the page shows it, and why."""


def shown(page: str) -> list[str]:
    """The commands of a page, in its order: the lines of its ``sh`` blocks."""
    text = (checkout() / "docs" / page).read_text(encoding="utf-8")
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def played(page: str, **fields: str) -> Iterator[tuple[str, str]]:
    """What is run for a page, in its order, beside what the page shows.

    :param fields: what is filled in
    """
    for told in shown(page):
        if told not in ELSEWHERE:
            yield told, PLAYED[page][told].format(**fields)


def run(line: str, folder: Path, within: float = 540, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that has this installation's commands on its path.

    :param folder: the current folder, for reports as well
    :param variables: of the environment
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "KUBESKEPTIC_REPORTS": str(folder / "reports")} | variables
    return subprocess.run(
        ["bash", "-ec", line], cwd=folder, capture_output=True, text=True, timeout=within, check=False, env=environment
    )
