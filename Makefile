# claimbots: `make demo` to see it work, `make` (check + test) before every commit.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := all
.PHONY: all setup demo test chaos chaos-many chaos-sample acceptance gnuhealth gnuhealth-test check format bench bench-recall bench-store soak mutations browser lock clean

all: check test

$(VENV)/run.stamp: requirements/run.txt pyproject.toml
	@echo "claimbots: setting up $(VENV) (once; a minute or two)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes --no-deps -r requirements/run.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "claimbots: adding what the tests need"
	@$(PIP) --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

$(VENV)/browser.stamp: $(VENV)/run.stamp
	@$(BIN)/python -m bots.portals.browser --install
	@touch $@

# The table is looked for each time and built once: a stamp would not see another data folder.
setup: $(VENV)/run.stamp $(VENV)/browser.stamp ## .venv, locked dependencies, a browser, ICD-10-CM
	@$(BIN)/python -m bots.codesets.icd10cm

browser: ## look for a browser again, install one where none is
	@rm -f $(VENV)/browser.stamp
	@$(MAKE) --no-print-directory $(VENV)/browser.stamp

demo: setup ## the main job on the practice portal
	@$(BIN)/claimbots demo

test: setup $(VENV)/dev.stamp ## the whole test suite, a real browser and GNU Health included, and one fault of each kind
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
	@$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "night and not slow"
	@$(MAKE) --no-print-directory gnuhealth-test
	@$(MAKE) --no-print-directory chaos-sample

# Slices that go on where the last one ended; what was done stands in tests/chaos/recorded/.
CHAOS_MINUTES ?= 40
CHAOS_SEEDS ?= 8
CHAOS_STORE ?= sqlite
chaos: setup $(VENV)/dev.stamp ## faults with many seeds against portal, log and store
	@$(BIN)/python tests/chaos/matrix.py --seeds $(CHAOS_SEEDS) --minutes $(CHAOS_MINUTES) --store $(CHAOS_STORE)

CHAOS_CLAIMS ?= 2000
chaos-many: setup $(VENV)/dev.stamp ## four workers over one PostgreSQL, two of them killed
	@$(BIN)/python tests/chaos/many.py --claims $(CHAOS_CLAIMS)

chaos-sample: setup $(VENV)/dev.stamp ## one fault of each kind, in a few minutes
	@$(BIN)/python tests/chaos/matrix.py --sample

acceptance: $(VENV)/dev.stamp ## every edit of official tables: make acceptance TABLES=DIR
	@CLAIMBOTS_TABLES="$(abspath $(TABLES))" $(BIN)/pytest -n0 tests/acceptance

# Installed and seeded once under .cache/gnuhealth; the first time takes some minutes.
gnuhealth: $(VENV)/run.stamp ## a real GNU Health with a practice clinic, until Ctrl-C
	@PYTHONPATH=tests $(BIN)/python -m gnuhealth

gnuhealth-test: setup $(VENV)/dev.stamp ## the tests against the real GNU Health
	@PYTHONPATH=tests $(BIN)/python -m gnuhealth --prepare
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "gnuhealth and not slow"

check: $(VENV)/dev.stamp ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/dev.stamp
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# BENCH_DATA names a data folder with imported tables; without it the synthetic ones are used.
BENCH_SEED ?= 1
BENCH_CLAIMS ?= 200000
bench: setup $(VENV)/dev.stamp ## speed beside peers, in about ten minutes: make bench BENCH_DATA=DIR
	@$(BIN)/python benchmarks/checks.py --seed $(BENCH_SEED) $(if $(BENCH_DATA),--tables $(abspath $(BENCH_DATA)))
	@$(BIN)/python benchmarks/million.py --claims $(BENCH_CLAIMS) $(if $(BENCH_DATA),--data $(abspath $(BENCH_DATA)))
	@$(BIN)/python benchmarks/importing.py $(if $(TABLES),--tables $(abspath $(TABLES)))
	@$(BIN)/python benchmarks/clean.py --claims 20000 --seed $(BENCH_SEED)
	@$(BIN)/python benchmarks/fuzz_837.py --minutes 1
	@$(BIN)/python benchmarks/policy_property.py
	@$(BIN)/python benchmarks/speed.py

bench-store: $(VENV)/dev.stamp ## claims a second of the store, PostgreSQL beside SQLite
	@$(BIN)/python benchmarks/store.py

# With two pages 2,000 claims take some twenty minutes; samples stand in build/soak.jsonl.
CLAIMS ?= 2000
soak: setup $(VENV)/dev.stamp ## many claims in one run, memory and pace: make soak CLAIMS=2000
	@$(BIN)/python benchmarks/soak.py --claims $(CLAIMS)

MUTATIONS ?= 10000
RUNNING ?= 200
mutations: setup ## the portal's screens changed by program: no wrong write (docs/drift.md)
	@$(BIN)/python benchmarks/mutations.py --saved $(MUTATIONS) --running $(RUNNING) --seed $(BENCH_SEED)

bench-recall: setup ## recall and precision of the checks on synthetic claims
	@$(BIN)/python benchmarks/recall.py --seed $(BENCH_SEED) --per-family 200

# Locks carry hashes and no addresses. What needs a compiler is left out: a desktop's
# keyboard and mouse (evdev, pynput, python-xlib), which a headless bot never touches.
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-header \
	--no-emit-package evdev --no-emit-package pynput --no-emit-package python-xlib
lock: $(VENV)/dev.stamp
	@$(LOCK) --extra build pyproject.toml -o requirements/run.txt
	@$(BIN)/python requirements/conda.py
	@$(LOCK) --extra build --extra dev pyproject.toml -o requirements/dev.txt
	@$(LOCK) --no-deps requirements/gnuhealth.in -o requirements/gnuhealth.txt
	@echo "hvac>=2.4,<3" | $(LOCK) --no-deps - -o requirements/vault.txt  # the rest is in run.txt

clean:
	rm -rf $(VENV) build dist
