"""A folder is never walked into where something is mounted, whatever its path is called and however it is reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubeskeptic import process
from kubeskeptic.clusters import mounts
from kubeskeptic.errors import CommandFailed


@pytest.mark.parametrize(
    ("name", "escaped"),
    [("my home", r"my\040home"), ("tab\there", r"tab\011here"), ("back\\slash", r"back\134slash"), ("a#b", r"a\043b")],
)
def test_paths_of_the_table_are_read_as_they_are_written(name: str, escaped: str) -> None:
    table = f"overlay /{escaped}/run overlay rw 0 0\ntmpfs /other tmpfs rw 0 0\n"
    assert mounts.below(Path(f"/{name}"), table) == [f"/{name}/run"]


class Mounted:
    """A table of mounts; nothing of it can be unmounted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
        self.asked: list[str] = []
        escaped = str(place).replace(" ", r"\040")
        monkeypatch.setattr(mounts, "_table", lambda: f"proc /proc proc rw 0 0\noverlay {escaped} overlay rw 0 0\n")
        monkeypatch.setattr(process, "run", self.umount)

    def umount(self, words: list[str]) -> str:
        self.asked.append(words[-1])
        raise CommandFailed("umount", 32, "not permitted")


def test_a_mount_below_a_path_with_a_space_is_not_walked_into(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    precious = tmp_path / "my home" / "run" / "layer" / "precious"
    precious.mkdir(parents=True)
    mounted = Mounted(monkeypatch, precious.parent)
    mounts.remove(tmp_path / "my home" / "run")
    assert precious.exists()
    assert mounted.asked == [str(precious.parent)]


def test_a_mount_below_a_home_behind_a_link_is_not_walked_into(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    precious = tmp_path / "real" / "run" / "precious"
    precious.mkdir(parents=True)
    (tmp_path / "home").symlink_to(tmp_path / "real")
    mounted = Mounted(monkeypatch, precious.parent)
    mounts.remove(tmp_path / "home" / "run")
    assert precious.exists()
    assert mounted.asked == [str(precious.parent)]


def test_a_folder_without_mounts_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a b" / "c").mkdir(parents=True)
    Mounted(monkeypatch, tmp_path / "a b" / "cellar")
    mounts.remove(tmp_path / "a b" / "c")
    assert not (tmp_path / "a b" / "c").exists()
