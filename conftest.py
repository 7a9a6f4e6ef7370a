"""What every test of this project can ask for: see `pytest --fixtures`."""

pytest_plugins = ["kubeskeptic.plugin", "fixtures.run", "fixtures.recording", "fixtures.verdict"]
