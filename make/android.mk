# The Android library without an Android SDK: built for this machine's JVM and for arm64.
.PHONY: android-toolchain lint-android test-android android-native android-aar

ANDROID := runtime/android
ANDROID_BUILD := build/android
ANDROID_TOOLS = TOOLCHAINS=$(abspath $(TOOLCHAINS))
ANDROID_JARS = $(abspath $(TOOLCHAINS))/android/jars
ANDROID_KOTLIN = $(abspath $(TOOLCHAINS))/android/kotlin/lib
ANDROID_LIBRARIES = $(ANDROID_KOTLIN)/kotlin-stdlib.jar:$(ANDROID_KOTLIN)/kotlinx-coroutines-core-jvm.jar
ANDROID_MAIN := $(shell find $(ANDROID)/src/main/kotlin -name '*.kt')
ANDROID_ENGINES := $(shell find $(ANDROID)/executorch/src $(ANDROID)/onnxruntime/src -name '*.kt')
ANDROID_STANDINS := $(shell find standins/engines -name '*.java' -o -name '*.kt' ! -name '*Test.kt')
ANDROID_TESTS := $(shell find $(ANDROID)/src/test/kotlin -name '*.kt') standins/engines/EngineProductsTest.kt
ANDROID_TEST_LIBRARIES = $(ANDROID_LIBRARIES):$(ANDROID_JARS)/junit4.jar:$(ANDROID_JARS)/hamcrest.jar:$(ANDROID_JARS)/gson.jar:$(ANDROID_BUILD)/standins
ANDROID_JDK = $(shell dirname $$(dirname $$(realpath $$(command -v java))))
ANDROID_CMAKE = cmake -S $(ANDROID)/src/main/cpp -DSSAM_JDK=$(ANDROID_JDK) \
                -DSSAM_WARNINGS_AS_ERRORS=ON

android-toolchain:
	@$(ANDROID_TOOLS) $(ANDROID)/tools/fetch_toolchain

lint-android: android-toolchain ## ktlint, and what else can be checked of the Android library's texts
	$(PYTHON) -m standins
	java -jar $(abspath $(TOOLCHAINS))/android/ktlint/resources/ktlint --log-level=warn \
	    '$(ANDROID)/**/*.kt' '$(ANDROID)/**/*.kts' 'standins/**/*.kt'
	@# the portable part is free of Android
	! grep -rln --include='*.kt' 'import android\.' $(ANDROID)/src/main/kotlin/org/squeezesam \
	    | grep -v '/squeezesam/android/'
	@# manifests are XML, versions are TOML
	$(PYTHON) -c 'import sys, xml.dom.minidom as x; [x.parse(f) for f in sys.argv[1:]]' \
	    $(shell find $(ANDROID) -name '*.xml')
	$(PYTHON) -c 'import sys, tomllib; tomllib.load(open(sys.argv[1], "rb"))' \
	    $(ANDROID)/gradle/libs.versions.toml

# Against the android.jar alone, without a JDK: what is compiled here exists on API 23.
$(ANDROID_BUILD)/main.jar: $(ANDROID_MAIN) | android-toolchain
	@mkdir -p $(@D)
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -no-jdk -Xexplicit-api=strict -module-name squeezesam-android -d $@ \
	    -cp $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES) $(ANDROID)/src/main/kotlin

# Of the libraries behind the engines, what the engines use: Java and Kotlin as the real ones are.
$(ANDROID_BUILD)/standins/.complete: $(ANDROID_STANDINS) | android-toolchain
	rm -rf $(@D)
	javac -Xlint:all -Werror --release 11 -d $(@D) $(filter %.java,$(ANDROID_STANDINS))
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -d $(@D) -cp $(@D):$(ANDROID_LIBRARIES) $(filter %.kt,$(ANDROID_STANDINS))
	@touch $@

$(ANDROID_BUILD)/engines.jar: $(ANDROID_ENGINES) $(ANDROID_BUILD)/standins/.complete $(ANDROID_BUILD)/main.jar
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -no-jdk -Xexplicit-api=strict -d $@ \
	    -cp $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES):$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/standins \
	    $(ANDROID)/executorch/src/main/kotlin $(ANDROID)/onnxruntime/src/main/kotlin

# Faults in our engines must be errors against the stand-ins: a check that refuses nothing checks nothing.
$(ANDROID_BUILD)/mutations.log: standins/mutations.py $(ANDROID_BUILD)/engines.jar
	rm -rf $(ANDROID_BUILD)/mutations
	$(PYTHON) -m standins.mutations write kotlin $(ANDROID_BUILD)/mutations
	! $(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -no-jdk -Xexplicit-api=strict -d $(ANDROID_BUILD)/mutations.jar \
	    -cp $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES):$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/standins \
	    $(ANDROID_BUILD)/mutations > $@.new 2>&1
	$(PYTHON) -m standins.mutations check kotlin $@.new
	@mv $@.new $@

$(ANDROID_BUILD)/tests/.complete: $(ANDROID_TESTS) $(ANDROID_BUILD)/engines.jar
	rm -rf $(@D)
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -d $(@D) -Xfriend-paths=$(ANDROID_BUILD)/main.jar \
	    -cp $(ANDROID_TEST_LIBRARIES):$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/engines.jar \
	    $(ANDROID_TESTS)
	@touch $@

# The examples of the documentation, as they stand there.
$(ANDROID_BUILD)/examples.jar: docs/android.md README.md checks/snippets.py $(ANDROID_BUILD)/engines.jar
	@mkdir -p $(ANDROID_BUILD)/examples
	$(PYTHON) -m checks.snippets kotlin docs/android.md README.md > $(ANDROID_BUILD)/examples/Examples.kt
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -no-jdk -d $@ \
	    -cp $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES):$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/engines.jar \
	    $(ANDROID_BUILD)/examples/Examples.kt

# What an app's shrinker leaves of the library and its tests, under the library's own rules.
$(ANDROID_BUILD)/shrunk.jar: $(ANDROID_BUILD)/tests/.complete $(ANDROID)/consumer-rules.pro $(ANDROID)/tools/shrink.pro
	java -cp $(ANDROID_JARS)/proguard.jar proguard.ProGuard @$(ANDROID)/tools/shrink.pro \
	    -injars '$(ANDROID_BUILD)/main.jar(!org/squeezesam/android/**,!META-INF/**)' \
	    -injars '$(ANDROID_BUILD)/engines.jar(!META-INF/**)' -injars '$(ANDROID_BUILD)/tests(!META-INF/**)' -outjars $@ \
	    -libraryjars '$(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_TEST_LIBRARIES)(!META-INF/versions/**,!module-info.class)' \
	    > $(ANDROID_BUILD)/shrink.log 2>&1 || { tail -n 20 $(ANDROID_BUILD)/shrink.log; exit 1; }

test-android: lint-android $(ANDROID_BUILD)/mutations.log $(ANDROID_BUILD)/examples.jar $(ANDROID_BUILD)/shrunk.jar ## the Android library: JNI and Kotlin tests on the JVM, type-check, arm64 build
	$(ANDROID_CMAKE) -B $(ANDROID_BUILD)/host -DSSAM_SANITIZE=undefined -DCMAKE_BUILD_TYPE=Debug > /dev/null
	cmake --build $(ANDROID_BUILD)/host --target squeezesam_jni -j2 > /dev/null
	$(ANDROID_TOOLS) $(ANDROID)/tools/run_tests $(ANDROID_BUILD)/host tests/vectors $(ANDROID_BUILD)/tests $(ANDROID_BUILD)/tests:$(ANDROID_BUILD)/main.jar:$(ANDROID_BUILD)/engines.jar:$(ANDROID_BUILD)/standins
	$(ANDROID_TOOLS) $(ANDROID)/tools/run_tests $(ANDROID_BUILD)/host tests/vectors $(ANDROID_BUILD)/tests $(ANDROID_BUILD)/shrunk.jar:$(ANDROID_BUILD)/standins
	$(ANDROID_CMAKE) -B $(ANDROID_BUILD)/arm64 -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
	    -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc > /dev/null
	cmake --build $(ANDROID_BUILD)/arm64 --target squeezesam_jni -j2 > /dev/null
	$(ANDROID)/tools/check_library $(ANDROID_BUILD)/arm64/libsqueezesam_jni.so aarch64-linux-gnu-strip

# Where the NDK is: ANDROID_NDK_HOME, the version of versions.toml. It cannot be had from the registries that CI
# reaches (docs/android.md says what was tried).
android-native: ## the Android library's native part for its three ABIs; needs ANDROID_NDK_HOME
	@test -f "$(ANDROID_NDK_HOME)/build/cmake/android.toolchain.cmake" || \
	    { echo "android-native: ANDROID_NDK_HOME names no NDK: '$(ANDROID_NDK_HOME)'" >&2; exit 1; }
	set -e; for abi in arm64-v8a armeabi-v7a x86_64; do \
	    cmake -S $(ANDROID)/src/main/cpp -B $(ANDROID_BUILD)/ndk/$$abi -DCMAKE_BUILD_TYPE=Release \
	        -DCMAKE_TOOLCHAIN_FILE=$(ANDROID_NDK_HOME)/build/cmake/android.toolchain.cmake \
	        -DANDROID_ABI=$$abi -DANDROID_PLATFORM=android-24 -DANDROID_STL=c++_static > /dev/null; \
	    cmake --build $(ANDROID_BUILD)/ndk/$$abi --target squeezesam_jni > /dev/null; \
	    strip=$$(ls $(ANDROID_NDK_HOME)/toolchains/llvm/prebuilt/*/bin/llvm-strip); \
	    $(ANDROID)/tools/check_library $(ANDROID_BUILD)/ndk/$$abi/libsqueezesam_jni.so $$strip; \
	    mkdir -p $(ANDROID_BUILD)/native/$$abi; \
	    mv $(ANDROID_BUILD)/ndk/$$abi/libsqueezesam_jni.so.stripped $(ANDROID_BUILD)/native/$$abi/libsqueezesam_jni.so; \
	done

# Built anew where an NDK is; without one the version ends in -without-native.
android-aar: $(ANDROID_BUILD)/engines.jar $(ANDROID_BUILD)/examples.jar ## AARs, POMs and sources as a Maven repository in build/maven
	$(if $(ANDROID_NDK_HOME),$(MAKE) android-native)
	$(PYTHON) -m checks.android_aar build $(ANDROID_BUILD) build/maven \
	    $(if $(ANDROID_NDK_HOME),--native $(ANDROID_BUILD)/native)
	@# docs/android.md once more, against what an app gets
	rm -rf $(ANDROID_BUILD)/from-aar && mkdir -p $(ANDROID_BUILD)/from-aar
	set -e; for product in android executorch; do \
	    $(PYTHON) -m zipfile -e build/maven/org/squeezesam/squeezesam-$$product/*/*.aar $(ANDROID_BUILD)/from-aar; \
	    mv $(ANDROID_BUILD)/from-aar/classes.jar $(ANDROID_BUILD)/from-aar/$$product.jar; \
	done
	$(ANDROID_TOOLS) $(ANDROID)/tools/kotlin -no-jdk -d $(ANDROID_BUILD)/from-aar/examples.jar \
	    -cp $(ANDROID_JARS)/com.android.android-23.jar:$(ANDROID_LIBRARIES):$(ANDROID_BUILD)/from-aar/android.jar:$(ANDROID_BUILD)/from-aar/executorch.jar \
	    $(ANDROID_BUILD)/examples/Examples.kt
