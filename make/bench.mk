# Benchmarks and what they write.
.PHONY: test-benchmarks bench-compare verification renew

test-benchmarks: setup ## tests of the benchmark scripts, against fakes of devicectl, adb and usbmuxd
	$(BIN)/python -m pytest tests/benchmarks

bench-compare: setup ## measure this machine again; fails if it is slower than docs/performance/host.json
	$(BIN)/python benchmarks/host_latency.py --output build/benchmarks \
	    --compare docs/performance/host.json --tolerance 0.3

verification: setup ## renew the tables of what has been verified from docs/verification.json
	$(BIN)/python benchmarks/verification_table.py

renew: data-is-given setup ssam ## after new weights: fit scores and least peak, write every figure again (DATA=FOLDER)
	$(BIN)/python benchmarks/renew.py --data $(DATA)
