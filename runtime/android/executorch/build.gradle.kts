// org.squeezesam:squeezesam-executorch: executes programs lowered with ExecuTorch with ExecuTorch.
plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

android {
    namespace = "org.squeezesam.executorch"
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
    implementation(libs.executorch)
}

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "squeezesam-executorch"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "squeezesam for ExecuTorch"
                description = "Executes squeezesam's bundles with ExecuTorch"
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
