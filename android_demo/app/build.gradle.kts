plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose.compiler)
}

val bundleNames: List<String> =
    providers
        .gradleProperty("squeezesam.bundles")
        .get()
        .split(',')
        .map { it.trim() }

android {
    namespace = "org.squeezesam.demo"
    compileSdk =
        libs.versions.compileSdk
            .get()
            .toInt()

    defaultConfig {
        applicationId = "org.squeezesam.demo"
        minSdk =
            libs.versions.minSdk
                .get()
                .toInt()
        targetSdk =
            libs.versions.compileSdk
                .get()
                .toInt()
        versionCode = 1
        versionName = libs.versions.squeezesam.get()
        buildConfigField("String", "BUNDLE", "\"${bundleNames.first()}\"")
        buildConfigField("String", "EXECUTORCH", "\"${libs.versions.executorch.get()}\"")
    }
    buildFeatures {
        buildConfig = true
        compose = true
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
            // So that it can be tried without a key; sign it anew before you publish it.
            signingConfig = signingConfigs.getByName("debug")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_11
        targetCompatibility = JavaVersion.VERSION_11
    }
}

// AGP 9 compiles Kotlin by itself.
kotlin {
    explicitApi()
}

dependencies {
    implementation(libs.squeezesam.android)
    implementation(libs.squeezesam.executorch)
    implementation(libs.coroutines.android)
    implementation(platform(libs.compose.bom))
    implementation(libs.compose.foundation)
    implementation(libs.compose.material3)
    implementation(libs.compose.ui)
    implementation(libs.activity.compose)
    implementation(libs.annotation)
    implementation(libs.core)
    implementation(libs.lifecycle.runtime.compose)
    implementation(libs.lifecycle.viewmodel)
    testImplementation(libs.junit)
}

/** Copies the bundles that squeezesam-export wrote into the app's assets. */
abstract class CopyBundles : DefaultTask() {
    /** The folder of all bundles; its files are listed, for it may not be there yet. */
    @get:Internal
    abstract val bundles: DirectoryProperty

    @get:Input
    abstract val names: ListProperty<String>

    @get:InputFiles
    @get:PathSensitive(PathSensitivity.RELATIVE)
    val chosen: FileTree
        get() = bundles.asFileTree.matching { names.get().forEach { include("$it/**") } }

    @get:OutputDirectory
    abstract val assets: DirectoryProperty

    @get:Inject
    abstract val files: FileSystemOperations

    @TaskAction
    fun copy() {
        for (name in names.get()) {
            if (!bundles
                    .file("$name/manifest.json")
                    .get()
                    .asFile.isFile
            ) {
                throw GradleException(
                    "The bundle build/bundles/$name is missing. In the repository's root, run " +
                        "`squeezesam-export --target executorch --precision int8 --size 512`, " +
                        "or name another bundle in android_demo/gradle.properties.",
                )
            }
        }
        files.sync {
            from(chosen)
            into(assets.dir("models"))
        }
    }
}

androidComponents {
    onVariants { variant ->
        val copyBundles =
            tasks.register<CopyBundles>(
                "copy${variant.name.replaceFirstChar(Char::uppercase)}Bundles",
            ) {
                description = "Copies the bundles of build/bundles into the app's assets."
                names = bundleNames
                bundles = rootProject.layout.projectDirectory.dir("../build/bundles")
            }
        variant.sources.assets?.addGeneratedSourceDirectory(copyBundles, CopyBundles::assets)
    }
}

// The unit tests run on this computer's JVM, with the library's native code built for it by
// `make test-android` in the repository's root.
tasks.withType<Test>().configureEach {
    jvmArgs("-Djava.library.path=${rootDir.resolve("../build/android/host")}")
    systemProperty("squeezesam.output", rootDir.resolve("../build/android-demo/results").path)
}
