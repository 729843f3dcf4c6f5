// org.squeezesam:squeezesam-onnxruntime: executes ONNX programs with ONNX Runtime.
plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

android {
    namespace = "org.squeezesam.onnxruntime"
    compileSdk =
        libs.versions.compileSdk
            .get()
            .toInt()

    defaultConfig {
        minSdk =
            libs.versions.minSdk
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

kotlin {
    explicitApi()
    compilerOptions {
        allWarningsAsErrors = true
    }
}

dependencies {
    api(project(":"))
    implementation(libs.onnxruntime)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "squeezesam-onnxruntime"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "squeezesam for ONNX Runtime"
                description = "Executes squeezesam's bundles with ONNX Runtime"
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
