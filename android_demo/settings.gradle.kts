pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "squeezesam-demo"

include(":app")

// The library is built from its sources beside the app, in place of the published one.
includeBuild("../runtime/android") {
    dependencySubstitution {
        substitute(module("org.squeezesam:squeezesam-android")).using(project(":"))
        substitute(module("org.squeezesam:squeezesam-executorch")).using(project(":executorch"))
    }
}
