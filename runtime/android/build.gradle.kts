// org.squeezesam:squeezesam-android: the core, its Kotlin API, bitmaps and assets; no engine.
import com.android.build.api.dsl.LibraryExtension
import org.jetbrains.kotlin.gradle.dsl.KotlinAndroidProjectExtension

plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

// What the three products have in common.
allprojects {
    plugins.withId("com.android.library") {
        configure<LibraryExtension> {
            compileSdk =
                rootProject.libs.versions.compileSdk
                    .get()
                    .toInt()
            defaultConfig {
                minSdk =
                    rootProject.libs.versions.minSdk
                        .get()
                        .toInt()
                consumerProguardFiles("consumer-rules.pro")
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
        configure<KotlinAndroidProjectExtension> {
            explicitApi()
            compilerOptions {
                allWarningsAsErrors = true
            }
        }
    }
    plugins.withId("maven-publish") {
        configure<PublishingExtension> {
            publications {
                register<MavenPublication>("release") {
                    afterEvaluate { from(components["release"]) }
                    pom {
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
    }
}

android {
    namespace = "org.squeezesam"
    ndkVersion = libs.versions.ndk.get()

    defaultConfig {
        ndk {
            // ExecuTorch's library has no armeabi-v7a: an app for it takes ONNX Runtime.
            abiFilters += listOf("arm64-v8a", "armeabi-v7a", "x86_64")
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
    publications.named<MavenPublication>("release") {
        artifactId = "squeezesam-android"
        pom {
            name = "squeezesam"
            description = "Interactive segmentation of photos on the device"
        }
    }
}
