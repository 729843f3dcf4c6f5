# The core on other processors, under other sanitizers, and fed with nonsense.
# Each target installs what it needs (as root, on Debian bookworm) and is quick the second time.
CORE_JOBS ?= 2
FUZZ_SECONDS ?= 20
ARM64_LIMIT ?= 475136

.PHONY: test-tsan fuzz test-arm64 test-wasm

test-tsan: ## C++ tests of the core under ThreadSanitizer
	cmake -S runtime -B build/tsan -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSSAM_TESTS=ON \
	    -DSSAM_SANITIZE=thread -DSSAM_SHARED_LIBRARY=OFF -DSSAM_BENCH=OFF > /dev/null
	cmake --build build/tsan -j$(CORE_JOBS)
	cd build/tsan && TSAN_OPTIONS=halt_on_error=1 ctest --output-on-failure

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

test-wasm: ## the core as WebAssembly: the TypeScript wrapper, checked and tested in Node
	TOOLCHAINS=$(TOOLCHAINS) runtime/web/test
