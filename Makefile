# make lab     opens JupyterLab on the notebooks       LAB_ARGS="--no-browser --port=8899"
# make test    runs every test                         TEST_ARGS="-k mnist" TORCH=torch
# make test-gpu  runs what needs a CUDA GPU, with PyTorch and CuPy where they are installed
# make check   ruff, mypy, import layers, notebook sources and ids, generated files
# make bench   compares with real TensorFlow           BENCH_ARGS=...
# TORCH is what pip installs for the tests that need torch; without it they are skipped and counted.
# The first call makes the virtual environment (VENV, default .venv) from PYTHON; each target
# installs what it needs once and leaves a stamp, so that the next call starts at once.

VENV ?= .venv
PYTHON ?= $(shell sh tools/find_python.sh)
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
ifneq ($(TORCH),)
STAMP_TORCH := $(VENV)/.stamp-$(subst =,-,$(TORCH))
endif
# In a container the only user may be root, and JupyterLab wants to be told that this is meant.
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab test test-gpu bench check check-pythons notebooks browser install clean \
    check-ruff check-types check-layers check-notebooks check-generated

help:
	@sed -n 's/^# //p' Makefile

lab: $(VENV)/.stamp-lab
	$(PY) -m jupyterlab --notebook-dir=notebooks $(AS_ROOT) $(LAB_ARGS)

test: $(VENV)/.stamp-test $(VENV)/.stamp-browser $(STAMP_TORCH)
	$(PY) -m pytest $(TEST_ARGS)

test-gpu: $(VENV)/.stamp-testcore
	$(PY) -m pytest tests/gpu tests/backends $(TEST_ARGS)

bench: $(VENV)/.stamp-testcore
	$(PY) -m benchmarks $(BENCH_ARGS)

check: $(VENV)/.stamp-dev $(VENV)/.stamp-test
	@$(MAKE) --no-print-directory --keep-going check-ruff check-types check-layers \
	    check-notebooks check-generated

check-ruff:
	$(PY) -m ruff check .

check-types:
	$(PY) -m mypy

check-layers:
	$(BIN)/lint-imports

check-notebooks:
	$(PY) tools/build_notebooks.py --check

check-generated:
	$(PY) tools/check_generated.py

# The core tests on every supported interpreter that this machine has.
check-pythons:
	@sh tools/check_pythons.sh $(TEST_ARGS)

# Run every source in notebooks/src and store the notebooks with their outputs.
notebooks: $(VENV)/.stamp-test
	$(PY) tools/build_notebooks.py $(NOTEBOOKS)

# Look again for a browser, and try again to get one.
browser: $(VENV)/.stamp-test
	rm -f $(VENV)/.stamp-browser
	$(MAKE) $(VENV)/.stamp-browser

install: $(VENV)/.stamp-lab

$(PY):
	@test -n "$(PYTHON)" || { echo "make: no Python >= 3.11 with venv found; set PYTHON=..."; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"

$(VENV)/.stamp-lab: EXTRA = .[lab]
$(VENV)/.stamp-testcore: EXTRA = .[testcore]
$(VENV)/.stamp-test: EXTRA = .[test]
$(VENV)/.stamp-dev: EXTRA = .[dev]

$(VENV)/.stamp-lab $(VENV)/.stamp-testcore $(VENV)/.stamp-test $(VENV)/.stamp-dev: pyproject.toml | $(PY)
	@echo "Installing $(EXTRA) into $(VENV) (once)"
	$(PIP) --editable "$(EXTRA)"
	@touch $@

ifneq ($(TORCH),)
$(STAMP_TORCH): | $(VENV)/.stamp-test
	@echo "Installing $(TORCH) into $(VENV) (once)"
	$(PIP) "$(TORCH)"
	@touch $@
endif

$(VENV)/.stamp-browser: | $(VENV)/.stamp-test
	$(PY) tests/notebooks/browser.py --install
	@touch $@

clean:
	rm -rf $(VENV) .venv-3.* build dist artifacts *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
