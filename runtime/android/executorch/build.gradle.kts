// org.squeezesam:squeezesam-executorch: executes programs lowered with ExecuTorch with ExecuTorch.
plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

android {
    namespace = "org.squeezesam.executorch"
}

dependencies {
    api(project(":"))
    implementation(libs.executorch)
}

publishing {
    publications.named<MavenPublication>("release") {
        artifactId = "squeezesam-executorch"
        pom {
            name = "squeezesam for ExecuTorch"
            description = "Executes squeezesam's bundles with ExecuTorch"
        }
    }
}
