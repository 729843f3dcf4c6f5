# The export: what is too slow for `make test`.

.PHONY: test-reproducible quantisation export-parity stops test-families-long

test-reproducible: ## export twice in two fresh environments and compare byte for byte
	PYTHON=$(PYTHON) export/tools/test_reproducible $(TOOLCHAINS)/reproducible

export-parity: setup ## execute the shipped weights in every target and mode, write docs/export_parity.md (an hour)
	$(BIN)/python benchmarks/study.py export_parity

quantisation: data-is-given setup ## measure observers of int8 on DATA=FOLDER, write docs/quantisation.md
	$(BIN)/python benchmarks/study.py quantisation --data $(DATA)/val

stops: setup ## count the files that one weight passes from squeezesam-export to the bundle
	$(BIN)/python -m checks.stops weight

test-families-long: setup ## networks of other families at 1024, lowered to every target and executed (an hour)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations=0 tests/families_long
