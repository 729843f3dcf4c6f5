# What strangers may send, and what may happen while we write.
.PHONY: fuzz-python fuzz-long kill-long bounds lock

FUZZ_PYTHON_SECONDS ?= 45

# Not part of setup: only this needs it.
$(VENV)/.fuzz: $(VENV)/.core
	$(PYTHON) -m checks.lock --only atheris > $(VENV)/atheris.lock
	$(PIP) --require-hashes --no-deps -r $(VENV)/atheris.lock
	@touch $@

fuzz-python: $(VENV)/.fuzz ## atheris on photos, bundles, packages, weights, masks, names (FUZZ_PYTHON_SECONDS in all)
	OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz/run.py $(FUZZ_PYTHON_SECONDS)

fuzz-long: $(VENV)/.fuzz ## all fuzzers for an hour; adds the executions to docs/security.md
	$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=300
	OMP_NUM_THREADS=1 $(BIN)/python tests/fuzz/run.py --record --native build/fuzz/fuzz 1800

kill-long: $(VENV)/.core ## every fault at every place of segment, train, eval and export, and 20 random kills of each
	set -e; for command in segment train eval export; do \
	    OMP_NUM_THREADS=1 $(BIN)/python tests/kill/faults.py $$command 1000 20; done

bounds: $(VENV)/.core ## time and memory of what strangers' files cost at their worst, into docs/security.md
	$(BIN)/python tests/fuzz/bounds.py

lock: ## requirements.lock from constraints.txt: the sha256 of every file of each version
	$(PYTHON) -m venv build/uv
	build/uv/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	(grep -v '^#' constraints.txt; $(PYTHON) -m checks.lock --more) > build/uv/wanted.in
	build/uv/bin/uv pip compile build/uv/wanted.in --quiet --no-deps --generate-hashes --python-version 3.11 \
	    --no-header --no-annotate --output-file build/uv/compiled.txt
	$(PYTHON) -m checks.lock build/uv/compiled.txt
