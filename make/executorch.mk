# ExecuTorch from C++, linked to the pip wheel: for tests on this machine only.

.PHONY: ssam-executorch test-executorch

ssam-executorch: $(VENV)/.core ## build/executorch/cli/ssam with the engines ONNX Runtime and ExecuTorch
	runtime/tools/install_libraries
	PYTHON=$(abspath $(BIN))/python runtime/engines/executorch/install_libpython
	PYTHON=$(abspath $(BIN))/python cmake -S runtime -B build/executorch -DSSAM_ONNXRUNTIME=ON \
	    -DSSAM_EXECUTORCH=ON -DSSAM_TESTS=OFF -DSSAM_BENCH=OFF -DSSAM_SHARED_LIBRARY=OFF > /dev/null
	cmake --build build/executorch -j2 --target ssam executorch_calls

test-executorch: ssam-executorch ## the C++ command against the Python command, with ExecuTorch bundles
	$(BIN)/python -m pytest tests/native_executorch
