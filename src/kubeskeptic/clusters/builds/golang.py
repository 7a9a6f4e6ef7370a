"""Programs built from Go modules, through the machine's own module proxy and caches."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kubeskeptic import process
from kubeskeptic.clusters.diagnosis import missing_in
from kubeskeptic.clusters.steps import Step
from kubeskeptic.clusters.store import Recipe
from kubeskeptic.durations import BUILD
from kubeskeptic.errors import CommandFailed, MissingRequirement


@dataclass(frozen=True)
class GoBuild:
    """Programs of one module at one version.

    :param programs: name of the program → its package
    :param module: the module that is required; its own ``replace`` of staging folders is rewritten to published modules
    :param stamps: variables to set at link time, full name → value
    :param seconds: how long it took where it was measured
    """

    name: str
    module: str
    version: str
    programs: Mapping[str, str]
    seconds: float
    stamps: Mapping[str, str] = field(default_factory=dict)
    title: str = ""

    @property
    def recipe(self) -> Recipe:
        """What the outcome depends on."""
        contents = (str(sorted(each.items())) for each in (self.programs, self.stamps))
        return Recipe(self.name, self.version, (self.module, *contents))

    def build(self, into: Path, step: Step) -> None:
        """Build all programs into a folder.

        :raises MissingRequirement: when Go is missing or too old, its proxy does not answer, memory or disk ran out
        """
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "go.mod").write_text(module_file(self, downloaded(self.module, self.version)), encoding="utf-8")
            (work / "out").mkdir()
            stamps = " ".join(f"-X {name}={value}" for name, value in sorted(self.stamps.items()))
            command = [
                "go",
                "build",
                "-mod=mod",
                "-trimpath",
                "-ldflags",
                f"-s -w {stamps}".strip(),
                "-o",
                f"{work}/out/",
            ]
            step.run(
                [*command, *self.programs.values()], cwd=work, env={**os.environ, "CGO_ENABLED": "0"}, patience=BUILD
            )
            for program, package in self.programs.items():
                shutil.move(work / "out" / built_name(package), into / program)


def downloaded(module: str, version: str) -> str:
    """The go.mod of a published module, as JSON.

    :raises MissingRequirement: when Go is missing or its proxy does not have the module
    """
    try:
        command = ["go", "mod", "download", "-json", f"{module}@{version}"]
        found = json.loads(process.run(command, patience=BUILD, cwd=Path("/")))
        return process.run(["go", "mod", "edit", "-json", found["GoMod"]])
    except CommandFailed as failed:
        reason = missing_in(failed.output, "go") or failed.output.strip()[-500:]
        raise MissingRequirement(f"the Go module {module} {version} cannot be had: {reason}") from failed


def module_file(build: GoBuild, upstream: str) -> str:
    """A go.mod that requires the module and, instead of its staging folders, the modules published from them.

    :param upstream: the module's own go.mod as ``go mod edit -json`` prints it
    """
    theirs = json.loads(upstream)
    # v1.37.2 of the whole is published as v0.37.2 of each part
    part = "v0." + build.version.partition(".")[2]
    staged = [
        replaced["Old"]["Path"]
        for replaced in theirs.get("Replace") or ()
        if replaced["New"]["Path"].startswith("./staging/")
    ]
    lines = [
        f"module kubeskeptic.invalid/{build.name}",
        f"go {theirs['Go']}",
        f"require {build.module} {build.version}",
    ]
    return "\n\n".join(lines) + "\n" + "".join(f"\nreplace {path} => {path} {part}\n" for path in staged)


def built_name(package: str) -> str:
    """The name that ``go build`` gives to a package's program: the last part of its path that is not a version."""
    parts = package.split("/")
    is_version = parts[-1][:1] == "v" and parts[-1][1:].isdigit()
    return parts[-2] if is_version and len(parts) > 1 else parts[-1]
