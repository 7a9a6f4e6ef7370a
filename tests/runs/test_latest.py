from pathlib import Path

import pytest

from kubeskeptic.cli.report import run_folder
from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal
from kubeskeptic.runs.latest import newest, point


def made(reports: Path, folder: str, id_: str = "") -> Path:
    (reports / folder).mkdir(parents=True)
    journal = Journal(reports / folder / "journal.jsonl")
    journal.write("run", id=id_ or folder)
    journal.close()
    return reports / folder


def test_latest_is_a_link_to_the_last_run(tmp_path: Path) -> None:
    made(tmp_path, "20261101-100000-aaaa")
    second = made(tmp_path, "20261101-110000-bbbb")
    point(tmp_path, "20261101-100000-aaaa")
    point(tmp_path, "20261101-110000-bbbb")
    assert (tmp_path / "latest").is_symlink()
    assert newest(tmp_path) == run_folder("latest", tmp_path) == second.resolve()


def test_a_folder_named_latest_is_renamed_after_its_run_and_kept(tmp_path: Path) -> None:
    made(tmp_path, "latest", id_="20261101-100000-aaaa")
    made(tmp_path, "20261101-110000-bbbb")
    point(tmp_path, "20261101-110000-bbbb")
    assert (tmp_path / "latest").resolve().name == "20261101-110000-bbbb"
    assert (tmp_path / "20261101-100000-aaaa" / "journal.jsonl").exists()


def test_a_copy_of_a_run_that_is_there_too_gets_a_number(tmp_path: Path) -> None:
    made(tmp_path, "20261101-100000-aaaa")
    made(tmp_path, "latest", id_="20261101-100000-aaaa")
    point(tmp_path, "20261101-100000-aaaa")
    assert {path.name for path in tmp_path.iterdir()} == {"20261101-100000-aaaa", "20261101-100000-aaaa-2", "latest"}


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ({"latest": "20261101-100000-aaaa", "20261101-110000-bbbb": ""}, "20261101-110000-bbbb"),
        ({"latest": "20261101-120000-cccc", "20261101-110000-bbbb": ""}, "latest"),
        ({"20261101-090000-dddd": "", "20261101-110000-bbbb": ""}, "20261101-110000-bbbb"),
    ],
)
def test_where_latest_is_no_link_the_newest_run_is_read(tmp_path: Path, folders: dict[str, str], expected: str) -> None:
    for folder, id_ in folders.items():
        made(tmp_path, folder, id_)
    assert newest(tmp_path).name == expected


def test_no_run_at_all_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no run in"):
        newest(tmp_path)
