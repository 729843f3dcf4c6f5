# The export: what is too slow for `make test`.

.PHONY: test-reproducible quantisation export-parity

test-reproducible: ## export twice in two fresh environments and compare byte for byte (20 min)
	PYTHON=$(PYTHON) export/tools/test_reproducible $(TOOLCHAINS)/reproducible
