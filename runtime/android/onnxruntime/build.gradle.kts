// org.squeezesam:squeezesam-onnxruntime: executes ONNX programs with ONNX Runtime.
plugins {
    alias(libs.plugins.android.library)
    `maven-publish`
}

android {
    namespace = "org.squeezesam.onnxruntime"
}

dependencies {
    api(project(":"))
    implementation(libs.onnxruntime)
}

publishing {
    publications.named<MavenPublication>("release") {
        artifactId = "squeezesam-onnxruntime"
        pom {
            name = "squeezesam for ONNX Runtime"
            description = "Executes squeezesam's bundles with ONNX Runtime"
        }
    }
}
