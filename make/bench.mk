# Benchmarks and what they write.
.PHONY: test-benchmarks bench-compare bench-serve verification

test-benchmarks: setup ## tests of the benchmark scripts, against fakes of devicectl, adb and usbmuxd
	$(BIN)/python -m pytest tests/benchmarks

bench-compare: setup ## measure this machine again; fails if it is slower than docs/performance/host.json
	$(BIN)/python benchmarks/host_latency.py --output build/benchmarks \
	    --compare docs/performance/host.json --tolerance 0.3

bench-serve: setup ## load of the server with ONNX_BUNDLE=BUNDLE, and its memory over 10,000 requests; half an hour
	@test -n "$(ONNX_BUNDLE)" || { echo "say which bundle: make bench-serve ONNX_BUNDLE=FOLDER" >&2; exit 2; }
	$(BIN)/python benchmarks/study.py serve_load $(ONNX_BUNDLE) --soak 10000

verification: setup ## renew the tables of what has been verified from docs/verification.json
	$(BIN)/python benchmarks/verification_table.py
