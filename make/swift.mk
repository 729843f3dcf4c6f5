# The Swift package, on Linux: its tests, and a type-check of what needs Apple's frameworks.
.PHONY: xcframework swift-toolchain lint-swift test-swift test-swift-sanitized

TRIXIE := TOOLCHAINS=$(TOOLCHAINS) runtime/tools/trixie_chroot

swift-toolchain:
	$(TRIXIE) install swiftlang libc6-dev g++ git

lint-swift: swift-toolchain ## swift-format
	$(TRIXIE) run -- swift format lint --strict --recursive \
	    --configuration runtime/swift/swift-format.json Package.swift runtime/swift $(wildcard ios_demo)

test-swift: swift-toolchain lint-swift ## the Swift package: tests on Linux, type-check of the Apple code
	$(PYTHON) -m standins
	@# the manifest with ExecuTorch that a release's branch has
	mkdir -p build/swift-branch
	$(PYTHON) -m checks.swift_branch > build/swift-branch/Package.swift
	$(TRIXIE) run -- swift package --package-path build/swift-branch dump-package > /dev/null
	rm -rf build/swift-mutations
	$(PYTHON) -m standins.mutations write swift build/swift-mutations
	mkdir -p build/swift-examples
	$(PYTHON) -m checks.snippets swift docs/swift.md README.md > build/swift-examples/Examples.swift
	$(TRIXIE) run -- runtime/swift/check
	$(PYTHON) -m standins.mutations check swift build/swift-mutations/log

test-swift-sanitized: swift-toolchain ## the Swift tests under AddressSanitizer and ThreadSanitizer
	$(TRIXIE) run -- runtime/swift/check_sanitized

xcframework: ## build/xcframework/CSqueezeSAM.xcframework.zip, the core for Swift packages; needs a Mac with Xcode
	runtime/swift/make_xcframework
