"""What need not be said on every command line: which place counts, and that a value without sense is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kubeskeptic import configuration
from kubeskeptic.cli import main
from kubeskeptic.configuration import SETTINGS, configured, variable
from kubeskeptic.errors import BadInput
from kubeskeptic.paths import checkout


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in a project without configuration, and an environment that says nothing."""
    for name in SETTINGS:
        monkeypatch.delenv(variable(name), raising=False)
    folder = tmp_path / "project" / "deep"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def table(here: Path, text: str) -> None:
    (here.parent / "pyproject.toml").write_text(f"[tool.kubeskeptic]\n{text}\n")


def test_without_configuration_everything_is_as_by_default() -> None:
    said = configured()
    assert (said.cluster, said.context, said.kubeconfig, said.agent_image) == ("kubeskeptic", "", None, "")
    assert (said.profile, said.reports) == (None, None)


def test_the_nearest_file_with_a_table_counts_and_its_paths_are_relative_to_it(here: Path) -> None:
    table(
        here, 'context = "staging"\nkubeconfig = "keys/config"\nagent-image = "i"\nreports = "out"\nprofile = "quick"'
    )
    (here / "pyproject.toml").write_text("[tool.other]\n")
    said = configured()
    assert (said.context, said.agent_image, said.profile) == ("staging", "i", "quick")
    assert said.kubeconfig == here.parent / "keys" / "config"
    assert said.reports == configuration.reports() == here.parent / "out"


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(here, 'agent-image = "file"\nprofile = "default"\nreports = "file"')
    monkeypatch.setenv("KUBESKEPTIC_AGENT_IMAGE", "environment")
    monkeypatch.setenv("KUBESKEPTIC_PROFILE", "quick")
    monkeypatch.setenv("KUBESKEPTIC_REPORTS", "")  # empty says nothing
    said = configured(agent_image="line", profile=None)
    assert (said.agent_image, said.profile, said.reports) == ("line", "quick", here.parent / "file")


def test_whoever_names_a_cluster_sets_a_context_from_farther_away_aside(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(here, 'context = "staging"\nagent-image = "i"')
    assert configured().context == "staging"
    assert (configured(cluster="mine").cluster, configured(cluster="mine").context) == ("mine", "")
    monkeypatch.setenv("KUBESKEPTIC_CLUSTER", "ours")
    assert (configured().cluster, configured().context) == ("ours", "")
    assert (configured(context="other").cluster, configured(context="other").context) == ("kubeskeptic", "other")


def test_a_command_line_names_one_cluster() -> None:
    both = "--cluster and --context both name a cluster; remove one of them"
    for words in (["status"], ["cleanup"], ["inflict", "stop_coredns", "--dry-run"], ["watch", "--for", "5s"]):
        said = CliRunner().invoke(main, [*words, "--cluster", "a", "--context", "b"])
        assert (said.exit_code, said.output) == (4, f"skeptic: {both}\n"), words


def test_the_command_line_of_a_run_names_one_cluster(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    for prefix in ("", "skeptic-"):
        said = pytester.runpytest_subprocess(
            "-p", "kubeskeptic.plugin", f"--{prefix}cluster", "a", f"--{prefix}context", "b"
        )
        assert said.ret == 4
        said.stderr.fnmatch_lines(["ERROR: --cluster and --context both name a cluster; remove one of them"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('clustr = "x"', "clustr in .* is not a setting; the settings are cluster, context, kubeconfig"),
        ("cluster = 3", "cluster in .* must be a non-empty string .*, not 3"),
        ('reports = " "', "reports in .* must be a non-empty string .*, not ' '"),
        ('profile = "fast"', "profile in .* must be one of default, quick, not “fast”"),
        ('cluster = "a"\ncontext = "b"', "cluster in .* and context in .* both name a cluster"),
        ("cluster = ", "pyproject.toml cannot be read: "),
    ],
)
def test_a_value_without_sense_is_one_sentence(here: Path, text: str, why: str) -> None:
    table(here, text)
    with pytest.raises(BadInput, match=why):
        configured()
    for words in (["status"], ["up"], ["report"], ["down"], ["upgrade", "--to", "v1.37.2"], ["prove", "--dry-run"]):
        said = CliRunner().invoke(main, words)
        assert said.exit_code == 4, (words, said.output)
        assert said.output.startswith("skeptic: ")
        assert said.output.count("\n") == 1


def test_a_table_that_is_none_is_said(here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool]\nkubeskeptic = "x"\n')
    with pytest.raises(BadInput, match="must be a table, "):
        configured()


def test_a_variable_without_sense_is_said_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBESKEPTIC_PROFILE", "fast")
    with pytest.raises(BadInput, match="KUBESKEPTIC_PROFILE must be one of default, quick"):
        configured()


def test_a_run_takes_what_is_configured(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    pytester.makepyprojecttoml('[tool.kubeskeptic]\ncontext = "staging"\nkubeconfig = "k"\nreports = "out"\n')
    pytester.makeconftest(
        """
        from kubeskeptic.plugin.options import _run_options
        def pytest_collection_finish(session):
            made = _run_options(session.config)
            print("ASKS", made.context, made.kubeconfig.name, made.reports.name)
            made.check()
        """
    )
    pytester.makepyfile("def test_nothing(): pass")
    said = pytester.runpytest_subprocess("-p", "kubeskeptic.plugin", "-s")
    said.stdout.fnmatch_lines(["*ASKS staging k out*"])
    assert said.ret == 0, "a project that asks no claim is left in peace"
    said = pytester.runpytest_subprocess("-p", "kubeskeptic.plugin", "-s", "--cluster", "mine", "--reports", "here")
    assert said.ret == 0


def test_a_run_with_a_value_without_sense_ends_as_one_that_was_asked_wrongly(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    pytester.makepyprojecttoml('[tool.kubeskeptic]\nprofile = "fast"\n')
    pytester.makepyfile(
        """
        import pytest
        @pytest.mark.claim("service.pod-killed")
        def test_a(holds): pass
        """
    )
    said = pytester.runpytest_subprocess("-p", "kubeskeptic.plugin")
    assert said.ret == 4
    said.stderr.fnmatch_lines(["ERROR: profile in * must be one of default, quick, not “fast”"])


def test_the_page_has_every_setting() -> None:
    page = (checkout() / "docs" / "configuration.md").read_text()
    for name in SETTINGS:
        assert f"`{name}`" in page
        assert f"`{variable(name)}`" in page
