# The Android demo without an Android SDK: view model tests on the JVM, all sources type-checked.
# Uses what make/android.mk has built of the library.
.PHONY: lint-android-demo test-android-demo

DEMO := android_demo
DEMO_BUILD := build/android-demo
DEMO_SOURCES := $(shell find $(DEMO)/app/src/main/kotlin -name '*.kt')
DEMO_TESTS := $(shell find $(DEMO)/app/src/test/kotlin -name '*.kt')
DEMO_OUTLINES := $(shell find standins/androidx -name '*.kt')
DEMO_NEWER := $(shell find standins/android -name '*.java')
DEMO_COMPOSE = -Xplugin=$(ANDROID_KOTLIN)/compose-compiler-plugin.jar
DEMO_PATH = $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES)
DEMO_APP_PATH = $(DEMO_BUILD)/outlines.jar:$(DEMO_PATH):$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/engines.jar
DEMO_KOTLIN = $(ANDROID_TOOLS) $(ANDROID)/tools/kotlin

lint-android-demo: setup android-toolchain ## ktlint of the Android demo; manifest, resources, strings, Gradle files
	java -jar $(abspath $(TOOLCHAINS))/android/ktlint/resources/ktlint --log-level=warn \
	    '$(DEMO)/**/*.kt' '$(DEMO)/**/*.kts'
	@# what is tested on the JVM is free of Android
	! grep -rlE '^import androidx?\.' $(DEMO)/app/src/main/kotlin/org/squeezesam/demo/editor \
	    $(DEMO)/app/src/main/kotlin/org/squeezesam/demo/benchmark
	$(PYTHON) -m checks.android_app

# Of AndroidX and Compose, the declarations that the app uses.
$(DEMO_BUILD)/outlines.jar: $(DEMO_OUTLINES) | android-toolchain
	@mkdir -p $(@D)
	$(DEMO_KOTLIN) -no-jdk $(DEMO_COMPOSE) -d $@ -cp $(DEMO_PATH) standins/androidx

$(DEMO_BUILD)/generated/.complete: standins/android/generate_sources.py $(DEMO)/app/build.gradle.kts $(shell find $(DEMO)/app/src/main/res -type f)
	rm -rf $(@D)
	$(PYTHON) standins/android/generate_sources.py $(@D)
	@touch $@

# Every source of the app, with the Compose compiler.
$(DEMO_BUILD)/app.jar: $(DEMO_SOURCES) $(DEMO_NEWER) $(DEMO_BUILD)/outlines.jar $(DEMO_BUILD)/generated/.complete $(ANDROID_BUILD)/main.jar $(ANDROID_BUILD)/engines.jar
	$(DEMO_KOTLIN) -no-jdk $(DEMO_COMPOSE) -Xexplicit-api=strict -d $@ -cp $(DEMO_APP_PATH) \
	    $(DEMO)/app/src/main/kotlin $(DEMO_NEWER) $(DEMO_BUILD)/generated

# A check that refuses nothing checks nothing: each of these faults must be named.
$(DEMO_BUILD)/refused.log: $(wildcard standins/refused/*) $(DEMO_BUILD)/app.jar
	! $(DEMO_KOTLIN) -no-jdk $(DEMO_COMPOSE) -d $(DEMO_BUILD)/refused.jar -cp $(DEMO_APP_PATH) \
	    standins/refused $(DEMO_BUILD)/generated > $@.new 2>&1
	while read -r reason; do grep -qiF -- "$$reason" $@.new \
	    || { echo "the type-check lets pass: $$reason" >&2; exit 1; }; \
	done < standins/refused/reasons.txt
	@mv $@.new $@

$(DEMO_BUILD)/tests/.complete: $(DEMO_TESTS) $(DEMO_BUILD)/app.jar
	rm -rf $(@D)
	$(DEMO_KOTLIN) -d $(@D) -Xfriend-paths=$(DEMO_BUILD)/app.jar \
	    -cp $(ANDROID_LIBRARIES):$(DEMO_BUILD)/app.jar:$(ANDROID_BUILD)/main.jar:$(ANDROID_JARS)/junit4.jar:$(ANDROID_JARS)/hamcrest.jar \
	    $(DEMO)/app/src/test/kotlin
	@touch $@

test-android-demo: lint-android-demo $(DEMO_BUILD)/refused.log $(DEMO_BUILD)/tests/.complete ## the Android demo: view model tests on the JVM, type-check, project check
	$(ANDROID_CMAKE) -B $(ANDROID_BUILD)/host -DSSAM_SANITIZE=undefined -DCMAKE_BUILD_TYPE=Debug > /dev/null
	cmake --build $(ANDROID_BUILD)/host --target squeezesam_jni -j2 > /dev/null
	@rm -rf $(DEMO_BUILD)/results
	JAVA_TOOL_OPTIONS=-Dsqueezesam.output=$(DEMO_BUILD)/results $(ANDROID_TOOLS) $(ANDROID)/tools/run_tests \
	    $(ANDROID_BUILD)/host tests/vectors $(DEMO_BUILD)/tests \
	    $(DEMO_BUILD)/tests:$(DEMO_BUILD)/app.jar:$(ANDROID_BUILD)/main.jar
	@# the scripts' own readers understand what the benchmark mode says
	$(BIN)/python checks/benchmark_output.py $(DEMO_BUILD)/results
	$(BIN)/python -m pytest tests/apps/test_android_project.py
