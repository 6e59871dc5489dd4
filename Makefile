# `make study` and `make test` do all their set-up: Python >= 3.11 and make are enough.
#   make study                          the default dataset (see config/config.yaml)
#   make study DATASET=leeds            another one, or a folder, or an archive of your photos
#   make study STUDY=alexnet_cifar10    one of config/studies; CONFIG="scale=reduced" without a GPU
#   make study CONFIG="seeds=5"         other settings, as after snakemake --config
#   make study ARGS=--dry-run           anything else that snakemake takes
#   make plan DATASET=leeds             how long that study takes, and what it could find
#   make bench                          speed and memory (see docs/benchmarks.md)
#   make lint                           style, layers, types, sizes, generated files
#   make coverage                       what the quick tests reach, as text and in htmlcov/
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
GPUS ?= $(shell nvidia-smi -L 2>/dev/null | grep -c .)
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: study plan setup test test-quick coverage bench lint format lock clean

# By name, since a bare --cache reaches no job of a cluster.
CACHED := embed pack train dynamics trial corruptions
study plan: setup
	@snakemake $(filter plan,$@) $(if $(filter study,$@),--logger chrysalis) \
	  --cores $(CORES) $(if $(filter-out 0,$(GPUS)),--resources gpu=$(GPUS)) \
	  $(if $(SNAKEMAKE_OUTPUT_CACHE),--cache $(CACHED)) $(ARGS) \
	  $(if $(STUDY),--configfile config/studies/$(STUDY).yaml) \
	  $(if $(DATASET)$(CONFIG),--config $(if $(DATASET),dataset="$(DATASET)") $(CONFIG))

# loadgroup: tests that share a study run in one process, which makes it once.
test: .venv/dev.done
	@pytest -n $(CORES) --dist loadgroup $(ARGS)

test-quick: .venv/dev.done
	@pytest -n $(CORES) --dist loadgroup -m "not e2e" $(ARGS)

# Which lines the quick tests reach, without those that only a real study does.
coverage: .venv/dev.done
	@pytest -n $(CORES) -m "not e2e" --cov=chrysalis --cov-report=term:skip-covered \
	  --cov-report=html $(ARGS)

# Speed and memory, on a machine with nothing else to do; the tables go to benchmarks/results/.
BENCHMARKS := throughput waiting packing scaling models determinism intervals verdicts speedrun
bench: .venv/dev.done
	@set -e; for name in $(BENCHMARKS); do python -m benchmarks.$$name --save $(ARGS); done

lint: .venv/dev.done
	@ruff check . && ruff format --check . && snakefmt --check Snakefile workflow
	@lint-imports --no-cache
	@mypy
	@python -P -m chrysalis.workflow.sizes src scripts
	@python -P scripts/generate.py --check

format: .venv/dev.done
	@ruff check --fix . && ruff format . && snakefmt Snakefile workflow
	@python -P scripts/generate.py

setup: .venv/setup.done

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Chrysalis needs Python 3.11 or newer; name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "No venv module: install it first (Debian: apt-get install python3-venv)"; exit 1; }

.venv/setup.done: requirements.lock pyproject.toml | .venv/bin/pip
	@echo "Installing into .venv (once; PyTorch is large) ..."
	@pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@pip install -qq --disable-pip-version-check --no-deps --editable .
	@sh workflow/install-quarto.sh
	@touch $@

.venv/dev.done: requirements-dev.lock .venv/setup.done
	@pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# Versions and hashes of everything; needs uv, which nothing else does.
lock:
	uv pip compile $(LOCK) --extra pretrained pyproject.toml -o requirements.lock
	uv pip compile $(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-strip-extras \
  --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)

clean:
	rm -rf results .snakemake
