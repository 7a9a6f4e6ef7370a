# Two commands: `make verify` sets everything up and runs the suites, `make test` sets everything up and tests the harness.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

# The live tests that `make test` runs: the eyes, the refusals, of each kind of fault enough to know that both ways into a node are
# whole, and a sample of kills. `make test-all` runs every fault and every kill, which takes about an hour and a half.
LIVE := test_observation or test_pod_fault or (test_node_fault and crash_node) \
        or (test_fault_inside and (freeze_kube_proxy or stop_kubelet)) or (test_guard and refused) \
        or test_a_sample_of_kills or test_a_killed_run or (test_with_the_switch_defeated and crash_node and kept)
# As many kills, drawn by this seed; another one draws others: `make test KILLS_SEED=7`.
KILLS := 8
KILLS_SEED := 63052

.PHONY: verify test test-all check browser up down prove mutants survivors clean

# make turns every failure into 2, so that the last line says in words what the exit status was.
IN_WORDS = status=$$?; test $$status = 0 || $(BIN)/python -m kubeskeptic.errors $$status; exit $$status

verify: $(STAMP)
	@$(BIN)/skeptic up && $(BIN)/pytest; $(IN_WORDS)

test: $(STAMP) check up browser
	@$(BIN)/pytest tests -m "not live" -n 2 \
	  && $(BIN)/pytest tests/live -m live -k "$(LIVE)" --kills $(KILLS) --seed $(KILLS_SEED); $(IN_WORDS)

test-all: $(STAMP) check up browser
	@$(BIN)/pytest tests -m "not live" -n 2 && $(BIN)/pytest tests/live -m live; $(IN_WORDS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

up: $(STAMP)
	$(BIN)/skeptic up

down: $(STAMP)
	$(BIN)/skeptic down

prove: $(STAMP) up
	$(BIN)/skeptic prove
	$(BIN)/pytest tests/live/test_proofs.py -m live

# Mutants of what decides verdicts, drawn by a seed, at the lowest priority: `make mutants SAMPLE=200 MUTANTS_SEED=2`,
# `make mutants ONLY="bounds.py checks/evidence.py"`; all of them when no SAMPLE is given. It goes on where it was stopped.
# `make survivors` shows what was found so far.
SAMPLE := 0
MUTANTS_SEED := 1
ONLY :=
AGAIN :=
MUTATION = env -u PYTHONPATH chrt -i 0 nice -n 19 $(BIN)/python -m tests.mutants

mutants: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,mutants]"
	$(MUTATION) run --seed $(MUTANTS_SEED) --sample $(SAMPLE) $(if $(AGAIN),--again) $(ONLY)

survivors: $(STAMP)
	$(MUTATION) summary --seed $(MUTANTS_SEED) $(ONLY)

# Chromium, for the tests of the report; without it they are skipped, and say so.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null \
	  || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	  || echo "no Chromium: the report's browser tests will be skipped"

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
