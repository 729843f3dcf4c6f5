# The static page: the core as WebAssembly, onnxruntime-web and an int8 bundle, in build/web.
.PHONY: web web-tools serve-page npm-package test-web

WEB_PARTS := build/web-parts
# An int8 bundle for ONNX at 512 that is there already saves the export (also of make wheel).
WEB_MODEL := $(or $(ONNX_BUNDLE),$(WEB_PARTS)/bundles/*-onnx-int8-512x512)

web: $(VENV)/.core web-tools ## build/web: the page as static files, to be put on any host
	TOOLCHAINS=$(TOOLCHAINS) runtime/web/test build
	$(if $(ONNX_BUNDLE),,$(BIN)/squeezesam-export --target onnx --precision int8 --size 512 \
	    --output $(WEB_PARTS)/bundles --overwrite)
	$(BIN)/python web_demo/write_examples.py $(WEB_PARTS)/examples
	cd web_demo && node_modules/.bin/tsc -p tsconfig.json && node_modules/.bin/tsc -p tsconfig.worker.json
	node web_demo/build.mjs build/web $(WEB_MODEL) $(WEB_PARTS)/examples

# The same page, whose prompts go to the server: what the wheel carries.
SERVED := python_bindings/squeezesam/serve/static
serve-page: $(VENV)/.core web-tools ## the page of `squeezesam serve`, for an installation from the sources
	$(BIN)/python web_demo/write_examples.py $(WEB_PARTS)/examples
	node web_demo/build.mjs --served $(SERVED) $(WEB_PARTS)/examples

# The exact versions of package-lock.json, without scripts of theirs.
web-tools: web_demo/node_modules/.installed

web_demo/node_modules/.installed: web_demo/package-lock.json
	command -v npm > /dev/null || runtime/tools/install_packages nodejs npm
	cd web_demo && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

npm-package: web-tools ## build/npm: the package `squeezesam` of the core, the wrapper and its types
	TOOLCHAINS=$(TOOLCHAINS) runtime/web/test build
	rm -rf build/npm
	mkdir -p build/npm
	cp runtime/web/package.json runtime/web/README.md LICENSE NOTICE build/wasm/
	cd build/wasm && npm pack --silent --pack-destination ../npm

test-web: web serve-page npm-package ## the page in headless Chromium: masks, use, accessibility, no network, no other host
	runtime/tools/install_packages chromium
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --durations=10 tests/web
