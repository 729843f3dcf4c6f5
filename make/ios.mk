# The iOS demo, on Linux: view model and benchmark, type-check of the app, project files.
.PHONY: test-ios-demo

test-ios-demo: setup swift-toolchain ## the iOS demo: view-model tests, type-check of the app, project files
	$(BIN)/python -m checks.ios_app
	$(BIN)/python -m standins
	$(BIN)/python -m pytest tests/apps/test_ios_project.py tests/apps/test_ios_contract.py
	$(TRIXIE) run -- swift format lint --strict --recursive \
	    --configuration runtime/swift/swift-format.json ios_demo
	$(TRIXIE) run -- swift test --disable-swift-testing --package-path ios_demo/EditorKit \
	    --scratch-path build/ios_demo/swift -j 2 -Xswiftc -warnings-as-errors
	$(TRIXIE) run -- standins/apple/check_app
