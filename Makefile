# The recipes of this repository; CI and pre-commit call only these. `make help` lists them.
#
# PYTHON      the interpreter that .venv is made with, 3.11 or newer            (default python3)
# PIP_FLAGS   further options for pip, such as another index for a CPU torch    (default none)
# WORKERS     how many processes run the tests                                  (default 2)
# EXAMS       how many exams the corpus sits                                    (default 1)

PYTHON ?= python3
PIP_FLAGS ?=
WORKERS ?= 2
EXAMS ?= 1

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ASSIGNMENTS := $(patsubst assignments/%/,%,$(sort $(wildcard assignments/*/)))
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup format format-check lint types floors test test-quick test-slow test-gpu templates course-check \
        wheel check demo corpus bench bench-worst bench-load bench-nbgrader bench-reference constraints clean

help:  ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## make .venv and install everything into it; quick when nothing changed

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Steepest needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	    echo "Name another interpreter: make setup PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(PIP_FLAGS) -c constraints.txt -e '.[worker,nbgrader,postgres,dev]'
	@touch $(STAMP)

format: setup  ## format the sources and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check: setup  ## fail if a file is not formatted
	$(BIN)/ruff format --check .

lint: setup  ## run the linter
	$(BIN)/ruff check .

types: setup  ## check the types of sources and tests, strictly
	$(BIN)/mypy

floors: setup  ## check that modules import only what their floor allows
	$(BIN)/lint-imports

test: format-check lint types floors  ## run every check and every test
	$(PYTEST)

test-quick: setup  ## run the tests that take less than two seconds each
	$(PYTEST) -m 'not slow'

test-slow: setup  ## run the slow tests only
	$(PYTEST) -m slow

test-gpu: setup  ## run the tests that need a CUDA device
	$(BIN)/python -m pytest -m gpu

templates: setup  ## make the students' folder of every assignment, below generated/release
	@for id in $(ASSIGNMENTS); do $(BIN)/steepest release "$$id" || exit 1; done

course-check: setup  ## check course.yml and everything it names
	$(BIN)/steepest check

wheel: setup  ## build the sdist, and the wheel from it, into dist/
	$(BIN)/python -m build --no-isolation

check: test course-check wheel  ## run everything that must hold before a release

demo: setup  ## release, examine and grade the sample class in examples/
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo.sh

corpus: setup  ## grade the corpus of right and wrong solutions: does the grader tell them apart?
	$(BIN)/steepest corpus --exams $(EXAMS)

bench: setup  ## measure what grading costs, kit and student apart
	$(BIN)/python -m benchmarks

bench-worst: setup  ## measure what the most expensive submissions cost; takes minutes
	$(BIN)/python -m benchmarks.worst_case

bench-load: setup  ## grade the sample class on an idle and on a busy machine, and compare; takes an hour
	$(BIN)/python -m benchmarks.under_load

bench-nbgrader: setup  ## measure nbgrader autograde with the kit and without it; takes minutes
	$(BIN)/python -m benchmarks.nbgrader_stock

bench-reference: setup  ## measure the reference against torch.linalg, and write docs/reference.md
	$(BIN)/python -m benchmarks.reference

constraints: setup  ## write constraints.txt anew from what is installed in .venv
	@{ grep '^#' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | grep -v '^#' \
	    | sed -E 's/^(torch==[0-9.]+).*/\1/' | LC_ALL=C sort -f; } > constraints.new && mv constraints.new constraints.txt

clean:  ## remove everything that was made, .venv included
	rm -rf $(VENV) generated dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
