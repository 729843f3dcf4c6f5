# The core on other processors, under other sanitizers, and fed with nonsense.
# Each target installs what it needs (as root, on Debian bookworm) and is quick the second time.
CORE_JOBS ?= 2
FUZZ_SECONDS ?= 20
ARM64_LIMIT ?= 540672

.PHONY: test-tsan fuzz test-arm64 ssam-arm64 arm64-parity test-wasm

# ONNX Runtime is not built for ThreadSanitizer, and synchronised by what that cannot see: its own calls are
# passed over, its mutexes with them; and so is the C library's reuse of a thread's memory.
TSAN_UNSEEN = called_from_lib:onnxruntime_pybind11_state race:_dl_deallocate_tls

test-tsan: android-toolchain $(VENV)/.core ## C++ tests of the core, the Java and the Python binding from many threads, under ThreadSanitizer
	cmake -S runtime -B build/tsan -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSSAM_TESTS=ON \
	    -DSSAM_SANITIZE=thread -DSSAM_SHARED_LIBRARY=OFF -DSSAM_BENCH=OFF \
	    -DSSAM_JNI_INCLUDE=$(ANDROID_JDK)/include > /dev/null
	cmake --build build/tsan -j$(CORE_JOBS)
	cd build/tsan && TSAN_OPTIONS=halt_on_error=1 ctest --output-on-failure
	$(CXX) -fsanitize=thread -shared -fPIC -O1 -g1 -std=c++17 -fvisibility=hidden -Iruntime/core/include \
	    -Iruntime/core/src $$($(BIN)/python -m pybind11 --includes) python_bindings/squeezesam/_core.cpp \
	    build/tsan/libsqueezesam.a -o build/tsan/_core.so
	printf '%s\n' $(TSAN_UNSEEN) > build/tsan/suppressions
	LD_PRELOAD=$$($(CXX) -print-file-name=libtsan.so) SQUEEZESAM_BINDING=build/tsan/_core.so OMP_NUM_THREADS=1 \
	    TSAN_OPTIONS="exitcode=66 report_mutex_bugs=0 suppressions=build/tsan/suppressions" \
	    $(BIN)/python -m pytest -s -q -p no:cacheprovider tests/runtime/test_sessions.py

fuzz: ## libFuzzer on manifests, programs, photos, prompts, run lengths and outlines (FUZZ_SECONDS each)
	runtime/tools/install_packages clang-14 libclang-rt-14-dev cmake
	CC=clang-14 CXX=clang++-14 cmake -S runtime -B build/fuzz -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	    -DSSAM_FUZZ=ON -DSSAM_SANITIZE=ON -DSSAM_TESTS=OFF -DSSAM_SHARED_LIBRARY=OFF \
	    -DSSAM_BENCH=OFF > /dev/null
	cmake --build build/fuzz -j$(CORE_JOBS)
	runtime/fuzz/run build/fuzz/fuzz $(FUZZ_SECONDS)

test-arm64: ## the core cross-compiled for arm64: tests under qemu, size and page alignment
	runtime/tools/install_packages g++-aarch64-linux-gnu qemu-user-static cmake
	cmake -S runtime -B build/arm64 -DCMAKE_BUILD_TYPE=Release -DSSAM_TESTS=ON -DSSAM_BENCH=OFF \
	    -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/runtime/tools/arm64.cmake > /dev/null
	cmake --build build/arm64 -j$(CORE_JOBS)
	cd build/arm64 && ctest --output-on-failure
	runtime/tools/check_arm64_library build/arm64/libsqueezesam.so $(ARM64_LIMIT)

ARM64_ROOT = $(abspath $(TOOLCHAINS))/arm64
# Asked of the shell: when make reads this, they may not be there yet.
ARM64_ONNXRUNTIME = $$(PYTHON=$(abspath $(BIN))/python runtime/tools/fetch_onnxruntime aarch64)
ARM64_WHEEL = $$($(BIN)/python runtime/engines/executorch/locate_wheel.py \
    $(ARM64_ROOT)/lib/_portable_lib.*.so $(ARM64_ROOT)/usr/lib/aarch64-linux-gnu/libpython3.11.so.1.0)

ssam-arm64: $(VENV)/.core ## build/arm64-engines/cli/ssam: the command for arm64 with both engines
	runtime/tools/install_packages g++-aarch64-linux-gnu qemu-user-static cmake
	TOOLCHAINS=$(TOOLCHAINS) PYTHON=$(abspath $(BIN))/python runtime/tools/fetch_arm64
	cmake -S runtime -B build/arm64-engines -DCMAKE_BUILD_TYPE=Release -DSSAM_ONNXRUNTIME=ON \
	    -DSSAM_EXECUTORCH=ON -DSSAM_TESTS=OFF -DSSAM_BENCH=OFF -DSSAM_SHARED_LIBRARY=OFF \
	    -DCMAKE_TOOLCHAIN_FILE=$(CURDIR)/runtime/tools/arm64.cmake -DCMAKE_FIND_ROOT_PATH=$(ARM64_ROOT) \
	    -DCMAKE_LIBRARY_ARCHITECTURE=aarch64-linux-gnu "-DSSAM_EXECUTORCH_WHEEL=$(ARM64_WHEEL)" \
	    -DCMAKE_CXX_FLAGS="-isystem $(ARM64_ROOT)/usr/include/aarch64-linux-gnu" \
	    -DCMAKE_EXE_LINKER_FLAGS="-Wl,-rpath-link,$(ARM64_ROOT)/lib:$(ARM64_ROOT)/usr/lib/aarch64-linux-gnu" \
	    -DSSAM_ONNXRUNTIME_ROOT=$(ARM64_ONNXRUNTIME) > /dev/null
	cmake --build build/arm64-engines -j$(CORE_JOBS) --target ssam > /dev/null

arm64-parity: ssam-arm64 ## masks of the int8 bundles on arm64 (qemu) against x86-64's, into docs/verification.md
	$(BIN)/python examples/demo.py --output build/demo
	$(BIN)/python benchmarks/arm64_parity.py build/bundles/*-onnx-int8-512x512 \
	    build/bundles/*-executorch-int8-512x512 --ssam build/arm64-engines/cli/ssam \
	    --root $(ARM64_ROOT) --library $(ARM64_ONNXRUNTIME)/lib --write docs/verification.json
	$(BIN)/python benchmarks/verification_table.py

test-wasm: ## the core as WebAssembly: the TypeScript wrapper, checked and tested in Node
	TOOLCHAINS=$(TOOLCHAINS) runtime/web/test
