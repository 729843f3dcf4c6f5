# Core AI on Linux: Apple's converter and runtime.
.PHONY: coreai-environment test-coreai

# Not part of setup: what runs before this stage runs without them. Their versions stand in setup.py.
$(VENV)/.coreai: $(VENV)/.core
	$(PIP) -c constraints.txt $$($(BIN)/python -c "from squeezesam.engines.coreai_support import \
	    tried_versions; print(*map('=='.join, tried_versions().items()))")
	@touch $@

coreai-environment: $(VENV)/.coreai

test-coreai: $(VENV)/.coreai ## export to Core AI, executed by Apple's own runtime (slow on Linux)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations=10 tests/coreai
