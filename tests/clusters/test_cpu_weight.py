from pathlib import Path

from kubeskeptic.clusters import cpu_weight


def test_weight_in_control_groups_of_version_1(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.shares").write_text("1024\n")
    for _ in range(2):  # again and again with the same outcome
        cpu_weight.give(tmp_path)
    assert (tmp_path / "cpu/kubeskeptic/cpu.shares").read_text() == "16384\n"


def test_weight_in_control_groups_of_version_2(tmp_path: Path) -> None:
    cpu_weight.give(tmp_path)
    assert (tmp_path / "kubeskeptic/cpu.weight").read_text() == "1600\n"


def test_where_there_are_none_nothing_happens(tmp_path: Path) -> None:
    cpu_weight.give(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
