// org.squeezesam:squeezesam-android: the core, its Kotlin API, bitmaps and assets; no engine.
plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

android {
    namespace = "org.squeezesam"
    compileSdk =
        libs.versions.compileSdk
            .get()
            .toInt()
    ndkVersion = libs.versions.ndk.get()

    defaultConfig {
        minSdk =
            libs.versions.minSdk
                .get()
                .toInt()
        consumerProguardFiles("consumer-rules.pro")
        ndk {
            // Those that ExecuTorch's library has.
            abiFilters += listOf("arm64-v8a", "x86_64")
        }
        externalNativeBuild {
            cmake {
                arguments += listOf("-DANDROID_STL=c++_static")
            }
        }
    }
    externalNativeBuild {
        cmake {
            path = file("src/main/cpp/CMakeLists.txt")
            version = libs.versions.cmake.get()
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
    publishing {
        singleVariant("release") {
            withSourcesJar()
        }
    }
}

// AGP 9 compiles Kotlin by itself.
kotlin {
    explicitApi()
    compilerOptions {
        allWarningsAsErrors = true
    }
}

dependencies {
    api(libs.coroutines)
    testImplementation(libs.junit)
    testImplementation(libs.gson)
}

// The unit tests run on the computer's own JVM, against the same native code built for it.
val hostLibrary = layout.buildDirectory.dir("host")
val buildHostLibrary =
    tasks.register<Exec>("buildHostLibrary") {
        val folder = hostLibrary.get().asFile
        commandLine(
            "sh",
            "-c",
            "cmake -S src/main/cpp -B '$folder' && cmake --build '$folder' --target squeezesam_jni",
        )
    }
tasks.withType<Test>().configureEach {
    dependsOn(buildHostLibrary)
    jvmArgs("-Xcheck:jni", "-Djava.library.path=${hostLibrary.get().asFile}")
    systemProperty("squeezesam.vectors", file("../../tests/vectors").path)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "squeezesam-android"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "squeezesam"
                description = "Interactive segmentation of photos on the device"
                licenses {
                    license {
                        name = "Apache-2.0"
                        url = "https://www.apache.org/licenses/LICENSE-2.0"
                    }
                }
            }
        }
    }
}
