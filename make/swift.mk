# The Swift package, on Linux: its tests, and a type-check of what needs Apple's frameworks.
.PHONY: swift-toolchain lint-swift test-swift test-swift-sanitized

TRIXIE := TOOLCHAINS=$(TOOLCHAINS) runtime/tools/trixie_chroot

swift-toolchain:
	$(TRIXIE) install swiftlang libc6-dev g++ git

lint-swift: swift-toolchain ## swift-format
	$(TRIXIE) run -- swift format lint --strict --recursive \
	    --configuration runtime/swift/swift-format.json Package.swift runtime/swift $(wildcard ios_demo)

test-swift: swift-toolchain lint-swift ## the Swift package: tests on Linux, type-check of the Apple code
	$(PYTHON) -m standins
	$(TRIXIE) run -- runtime/swift/check

test-swift-sanitized: swift-toolchain ## the Swift tests under AddressSanitizer and ThreadSanitizer
	$(TRIXIE) run -- runtime/swift/check_sanitized
