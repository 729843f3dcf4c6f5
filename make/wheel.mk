# What people install: a wheel of the runtime with its bundle, and one of the weights.
.PHONY: wheel test-wheel

WHEEL := build/wheel
# An int8 bundle for ONNX at 512 that is there already saves the export.
ONNX_BUNDLE ?=

# From a copy of the sources: what is installed here for development stays as it is.
wheel: $(VENV)/.core serve-page ## build/wheel/dist: squeezesam with the int8 ONNX bundle, squeezesam-weights
	rm -rf $(WHEEL)/source $(WHEEL)/dist
	mkdir -p $(WHEEL)/source
	git ls-files -coz --exclude-standard | xargs -0 cp --parents -t $(WHEEL)/source
	$(if $(ONNX_BUNDLE),,$(BIN)/squeezesam-export --target onnx --precision int8 --size 512 \
	    --output $(WHEEL)/bundles --overwrite)
	cp -r $(SERVED) $(WHEEL)/source/$(SERVED)
	mkdir $(WHEEL)/source/python_bindings/squeezesam/bundles
	cp -r $(or $(ONNX_BUNDLE),$(WHEEL)/bundles/*-onnx-int8-512x512) \
	    $(WHEEL)/source/python_bindings/squeezesam/bundles
	for what in runtime weights; do \
	    SQUEEZESAM_DISTRIBUTION=$$what $(BIN)/python -m pip wheel --quiet --no-deps \
	        --no-build-isolation --wheel-dir $(WHEEL)/dist $(WHEEL)/source || exit 1; \
	    rm -rf $(WHEEL)/source/build; \
	done

test-wheel: wheel ## install the wheel into an empty environment without torch, run it without a network
	$(PYTHON) -m venv --clear $(WHEEL)/venv
	$(WHEEL)/venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 10 \
	    --timeout 60 -c constraints.txt $(WHEEL)/dist/squeezesam-[0-9]*.whl
	WHEEL=$(abspath $(WHEEL)) $(BIN)/python -m pytest tests/wheel
