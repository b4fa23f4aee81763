# Two commands matter: `make demo` runs the main job, `make test` passes the tests. Nothing else need be installed.
.PHONY: demo test trial check translations screenshots benchmarks clean
SHELL := /bin/sh
OUTPUT ?= output/demo
# a call inside another make must not hand on its job slots
MAKEFLAGS += --no-print-directory

demo:
	@installer/setup.sh run
	@.venv/bin/python -m app demo --output "$(OUTPUT)"

test: check
	@QT_QPA_PLATFORM=offscreen .venv/bin/python -m pytest -n 2 --dist loadgroup tests

# the same tests at full size; figures go to docs/trials.md
trial: check
	@rm -f output/figures.jsonl
	@QT_QPA_PLATFORM=offscreen KHATSHY_TRIAL=1 .venv/bin/python -m pytest -n 2 --dist loadgroup --timeout 7200 tests
	@.venv/bin/python -m tools.trials

check:
	@installer/setup.sh test
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/python -m mypy
	@.venv/bin/python -m mypy --platform win32 app
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/python -m tools.translations --check

translations:
	@installer/setup.sh test
	@.venv/bin/python -m tools.translations

screenshots:
	@installer/setup.sh test
	@.venv/bin/python -m tools.screenshots

clean:
	rm -rf .venv output dist build
