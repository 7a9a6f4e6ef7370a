"""What every test of this project can ask for: see `pytest --fixtures`."""

pytest_plugins = ["pytester", "kubeskeptic.plugin"]  # the plug-in brings fixtures/
