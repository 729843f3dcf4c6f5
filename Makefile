# Developer commands. `make setup` builds a virtual environment in .venv; everything else uses it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# The photos to measure and train on: given on the command line, make ... DATA=FOLDER.
DATA ?=
# Toolchains of other platforms are kept here, outside the clone.
TOOLCHAINS ?= ../toolchains
CXX_FILES := $(shell git ls-files 'runtime/*.cpp' 'runtime/*.h' 'python_bindings/*.cpp' 'python_bindings/*.h' 'tests/*.cpp' 'tests/*.h')
PACKAGES := model/squeezesam_model training/squeezesam_train export/squeezesam_export \
            interpreter/mil_interpreter \
            python_bindings/squeezesam python_bindings/squeezesam_launch \
            benchmarks examples weights checks standins
# Where pip gets slow or a mirror stumbles, it tries again.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 10 --timeout 60
export PYTHONUNBUFFERED = 1

.PHONY: help setup demo ssam test test-fast test-python-export test-python-rest test-apps test-ssam \
        test-native test-native-pytest lint format typecheck bench bench-quality data-is-given clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 24

setup: $(VENV)/.core ## build .venv with the exact versions of constraints.txt

$(VENV)/.tools: constraints.txt
	$(PYTHON) -m venv $(VENV)
	@# torch first and alone: the build that pip prefers here, if its sha256 stands in the lock
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --retries 10 --timeout 60 \
	    --no-deps -c constraints.txt --dest $(VENV)/torch torch==2.13.0
	$(PYTHON) -m checks.lock --only torch > $(VENV)/torch.lock
	$(PIP) --require-hashes --no-deps --no-index --find-links $(VENV)/torch -r $(VENV)/torch.lock
	rm -r $(VENV)/torch
	@# these files and no others
	$(PIP) --require-hashes --no-deps -r requirements.lock
	@# what torch wants besides where it is a build for CUDA; nothing for the CPU's
	$(PIP) -c constraints.txt torch==2.13.0
	@touch $@

$(VENV)/.core: $(VENV)/.tools setup.py pyproject.toml $(wildcard runtime/core/src/*/* runtime/core/include/squeezesam/* python_bindings/squeezesam/_core*.cpp python_bindings/squeezesam/_core*.h)
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## export the int8 bundles at 512 and segment three photos into build/demo
	$(BIN)/python examples/demo.py --output build/demo

# Two halves of one length, side by side: what exports, and the rest.
TESTS_EXPORT := tests/export tests/end_to_end interpreter/tests
TESTS_OF_THEIR_OWN := tests/native_executorch tests/coreai tests/wheel tests/families_long tests/web
TESTS_REST := $(filter-out $(TESTS_EXPORT) $(TESTS_OF_THEIR_OWN), \
              $(sort $(patsubst %/,%,$(dir $(wildcard tests/*/test_*.py)))))

test: setup ssam ## run every test of Python and C++
	$(MAKE) --no-print-directory -j2 test-python-export test-python-rest

test-python-export:
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations=60 --durations-min=2 $(TESTS_EXPORT)

test-python-rest: test-native
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations=60 --durations-min=2 $(TESTS_REST)

# What fails most often: no network is lowered, no other program is started.
test-fast: setup ## what fails most often, in a minute and a half
	$(BIN)/python -m pytest tests/checks tests/model tests/core tests/runtime \
	    --deselect tests/core/test_vectors.py::test_the_committed_vectors_are_what_the_reference_yields \
	    --ignore tests/runtime/test_native_command.py --ignore tests/runtime/test_executorch_engine.py

ssam: $(VENV)/.tools ## build the C++ command build/ssam/cli/ssam and all it needs
	runtime/tools/install_libraries
	PYTHON=$(abspath $(BIN))/python cmake -S runtime -B build/ssam -DSSAM_ONNXRUNTIME=ON -DSSAM_TESTS=OFF -DSSAM_BENCH=OFF \
	    -DSSAM_SHARED_LIBRARY=OFF > /dev/null
	cmake --build build/ssam -j2

test-ssam: setup ssam ## the C++ command against the Python command
	$(BIN)/python -m pytest tests/runtime/test_native_command.py

test-native: ## C++ tests of the core under AddressSanitizer and UBSan
	cmake -S runtime -B build/native -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSSAM_TESTS=ON -DSSAM_SANITIZE=ON > /dev/null
	cmake --build build/native -j2
	cd build/native && ctest --output-on-failure

test-apps: test-ios-demo test-android-demo ## both demo apps: view models, type-check, project files

lint: setup ## ruff, clang-format, the arrows between the rooms, the repository's size
	$(BIN)/python -m checks.architecture
	$(BIN)/python -m checks.size
	$(BIN)/python -m checks.versions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

format: setup ## rewrite what lint would complain about
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(CXX_FILES)

typecheck: setup ## mypy
	$(BIN)/mypy $(PACKAGES)

bench: setup ssam ## measure this machine's speed, write docs/performance.md
	$(BIN)/python benchmarks/host_latency.py --output docs/performance

bench-quality: data-is-given setup ## score weights and bundles on DATA=FOLDER, write docs/performance.md
	$(BIN)/python benchmarks/quality.py --data $(DATA) --output docs/performance

data-is-given:
	@test -n "$(DATA)" || { echo "say where the photos are: make $(MAKECMDGOALS) DATA=FOLDER" >&2; exit 2; }

clean: ## remove what was built
	rm -rf build $(VENV)

# One file a platform.
include $(wildcard make/*.mk)
