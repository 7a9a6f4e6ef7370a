import json
from pathlib import Path

import pytest

from kubeskeptic.errors import BadInput
from kubeskeptic.journal import Journal, Torn, read


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def written(path: Path, *names: str) -> bytes:
    journal = Journal(path, clock=lambda: 1.5)
    for name in names:
        journal.write("fact", name=name, value="ä")
    journal.close()
    return path.read_bytes()


def test_what_is_written_is_read_in_order(path: Path) -> None:
    written(path, "a", "b")
    assert [(r["at"], r["kind"], r["name"], r["value"]) for r in read(path)] == [
        (1.5, "fact", "a", "ä"),
        (1.5, "fact", "b", "ä"),
    ]


def test_cut_at_any_byte_it_loses_at_most_the_last_record(path: Path) -> None:
    whole = written(path, "a", "b", "c")
    complete = [i for i, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        records = list(read(path))
        good = [r for r in records if not isinstance(r, Torn)]
        ends = sum(cut > end for end in complete)
        # A record whose line lost only its newline is whole.
        assert len(good) in (ends, ends + (cut in complete))
        assert len(records) - len(good) <= 1


def test_a_writer_after_a_torn_line_loses_nothing(path: Path) -> None:
    whole = written(path, "a", "b")
    path.write_bytes(whole[:-5])
    written(path, "c")
    assert [r.get("name", "torn") for r in read(path)] == ["a", "torn", "c"]


def test_rubbish_in_the_middle_is_torn_not_fatal(path: Path) -> None:
    whole = written(path, "a", "b").splitlines()
    path.write_bytes(b"\n".join([whole[0], b"\xff\x00{]", b"[1]", whole[1], b""]))
    assert [r["kind"] for r in read(path)] == ["fact", "torn", "torn", "fact"]


def test_secrets_never_reach_the_file(path: Path) -> None:
    journal = Journal(path)
    journal.write("change", object={"kind": "Secret", "data": {"password": "hunter2hunter2"}}, token="canary-token-123")
    journal.close()
    assert "hunter2" not in path.read_text()
    assert "canary" not in path.read_text()


def test_a_record_is_one_line_and_one_file_only_for_its_owner(path: Path) -> None:
    assert len(written(path, "a\nb").splitlines()) == 1
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["name"] == "a\nb"


def test_no_journal_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no journal"):
        list(read(tmp_path / "nothing"))
