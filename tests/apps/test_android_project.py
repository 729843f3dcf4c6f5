"""checks.android_app finds nothing in the Android demo, and finds each fault in a broken copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checks.android_app.__main__ import problems

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "android_demo"
RES = "app/src/main/res"
MANIFEST = "app/src/main/AndroidManifest.xml"
GERMAN = f"{RES}/values-de/strings.xml"
ENGLISH = f"{RES}/values/strings.xml"
CATALOGUE = "gradle/libs.versions.toml"
SOURCES = "app/src/main/kotlin/org/squeezesam/demo"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo that may be broken, beside the library's Gradle files."""
    copy = tmp_path / "android_demo"
    shutil.copytree(DEMO, copy, ignore=shutil.ignore_patterns("build", ".gradle", "*.jpg"))
    library = tmp_path / "runtime/android"
    (library / "gradle").mkdir(parents=True)
    for name in ("settings.gradle.kts", CATALOGUE):
        shutil.copy(ROOT / "runtime/android" / name, library / name)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    return copy


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checks.android_app", str(folder)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def replace(demo: Path, file: str, old: str, new: str) -> None:
    text = (demo / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r} to break"
    (demo / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_demo_itself_is_whole() -> None:
    done = check(DEMO)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unbroken_copy_is_whole(demo: Path) -> None:
    done = check(demo)
    assert (done.returncode, done.stderr) == (0, "")


INTERNET = '<uses-permission android:name="android.permission.INTERNET" /><uses-feature'

# file, what stands there, what it becomes, words of the sentence that must come
FAULTS = {
    "permission": (MANIFEST, "<uses-feature", INTERNET, "android.permission.INTERNET"),
    "no predictive back": (
        MANIFEST,
        'enableOnBackInvokedCallback="true"',
        'enableOnBackInvokedCallback="false"',
        "no predictive back",
    ),
    "class of an activity": (MANIFEST, ".MainActivity", ".MainActivty", "no class"),
    "activity undeclared": (MANIFEST, ".MainActivity", ".Other", "MainActivity is not declared"),
    "application class": (MANIFEST, ".DemoApplication", ".DemoApp", "DemoApp"),
    "exported unsaid": (
        MANIFEST,
        'android:name=".MainActivity"\n            android:exported="true"',
        'android:name=".MainActivity"',
        "does not say whether it is exported",
    ),
    "no launcher": (MANIFEST, "category.LAUNCHER", "category.DEFAULT", "0 activities"),
    "authority": (MANIFEST, "}.files", "}.file", "authority"),
    "provider exported": (
        MANIFEST,
        'android:exported="false"\n            android:grantUriPermissions="true"',
        'android:exported="true"\n            android:grantUriPermissions="true"',
        "exported of the provider",
    ),
    "path not lent": (f"{RES}/xml/file_paths.xml", 'path="shared/"', 'path="x/"', "is not lent"),
    "path not used": (
        f"{RES}/xml/file_paths.xml",
        'path="shared/"',
        'path="x/"',
        "'x' in cacheDir",
    ),
    "label": (MANIFEST, "@string/app_name", "@string/app_title", "@string/app_title does not"),
    "icon": (MANIFEST, "@mipmap/ic_launcher", "@mipmap/icon", "@mipmap/icon does not exist"),
    "paths": (MANIFEST, "@xml/file_paths", "@xml/paths", "@xml/paths does not exist"),
    "drawable in Kotlin": (
        f"{SOURCES}/ui/EditorTools.kt",
        "R.drawable.ic_undo",
        "R.drawable.ic_redo",
        "@drawable/ic_undo is used nowhere",
    ),
    "string in Kotlin": (
        f"{SOURCES}/ui/EditorTools.kt",
        "R.string.undo",
        "R.string.take_back",
        "@string/take_back does not exist",
    ),
    "string unused": (
        ENGLISH,
        "</resources>",
        '<string name="spare">x</string></resources>',
        "spare",
    ),
    "icon's layer": (
        f"{RES}/mipmap-anydpi-v26/ic_launcher.xml",
        '<monochrome android:drawable="@drawable/launcher_monochrome" />',
        "",
        "the layer monochrome is missing",
    ),
    "path of an icon": (
        f"{RES}/drawable/ic_clear.xml",
        "L18,18",
        "L18",
        "a pathData makes no sense",
    ),
    "German key": (GERMAN, '<string name="undo">Rückgängig</string>', "", "undo is missing"),
    "German key too many": (
        GERMAN,
        "</resources>",
        '<string name="spare">x</string></resources>',
        "spare is not in values/strings.xml",
    ),
    "German placeholder": (GERMAN, "%2$d %%", "%2$s %%", "placeholders of candidate"),
    "placeholder lost": (GERMAN, "%1$d %% des Fotos", "Teile des Fotos", "of selected_share"),
    "German empty": (GERMAN, ">Rückgängig<", "><", "undo is empty"),
    "key twice": (
        ENGLISH,
        "</resources>",
        '<string name="undo">Undo</string></resources>',
        "undo stands there 2 times",
    ),
    "translated name": (
        GERMAN,
        "</resources>",
        '<string name="app_name">x</string></resources>',
        "app_name is not to be translated",
    ),
    "quotation mark": (ENGLISH, ">Undo<", ">Don't<", "undo has a quotation mark"),
    "placeholder without number": (ENGLISH, "%1$.1f ms<", "%.1f ms<", "has no number"),
    "arguments forgotten": (
        f"{SOURCES}/ui/EditorTools.kt",
        "stringResource(R.string.start_text)",
        "stringResource(R.string.milliseconds)",
        "milliseconds is used without the arguments",
    ),
    "language not listed": (
        f"{RES}/xml/locales.xml",
        '<locale android:name="es" />',
        "",
        "the language es is not listed",
    ),
    "language without a table": (
        f"{RES}/xml/locales.xml",
        'android:name="es"',
        'android:name="fr"',
        "the language fr is listed without a table",
    ),
    "not XML": (GERMAN, "</resources>", "", "values-de/strings.xml: not XML"),
    "manifest not XML": (MANIFEST, "</manifest>", "", "AndroidManifest.xml: not XML"),
    "alias missing": (
        "app/build.gradle.kts",
        "libs.core)",
        "libs.corektx)",
        "libs.corektx does not exist",
    ),
    "alias unused": (
        "app/build.gradle.kts",
        "testImplementation(libs.junit)",
        "",
        "libs.junit is not",
    ),
    "version missing": (
        CATALOGUE,
        'version.ref = "core"',
        'version.ref = "cor"',
        "version cor does",
    ),
    "version unused": (
        CATALOGUE,
        "[libraries]",
        'spare = "1"\n[libraries]',
        "version spare is not",
    ),
    "no version": (CATALOGUE, ', version.ref = "core"', "", "core has no version.ref"),
    "plugin missing": (
        "build.gradle.kts",
        "libs.plugins.compose.compiler",
        "libs.plugins.compose",
        "libs.plugins.compose does not exist",
    ),
    "not TOML": (CATALOGUE, "[libraries]", "[libraries", "cannot be read"),
    "not the library's version": (CATALOGUE, 'minSdk = "24"', 'minSdk = "23"', "minSdk is 23"),
    "project missing": ("settings.gradle.kts", '":app"', '":app", ":lib"', "project :lib does not"),
    "build missing": ("settings.gradle.kts", "../runtime/android", "../android", "no build at"),
    "no R8": ("app/build.gradle.kts", "isMinifyEnabled = true", "isMinifyEnabled = false", "R8"),
    "BuildConfig": ("app/build.gradle.kts", '"BUNDLE"', '"BUNDEL"', "BuildConfig.BUNDLE is not"),
    "application id": (
        "app/build.gradle.kts",
        'applicationId = "org.squeezesam.demo"',
        'applicationId = "org.squeezesam.app"',
        "the application is not org.squeezesam.demo",
    ),
    "bundle": (
        "gradle.properties",
        "squeezesam-fast-executorch",
        "squeezesam-fast-coreml",
        "ExecuTorch bundle",
    ),
    "bundles not ignored": ("../.gitignore", "/android_demo/app/build/", "", "is not ignored"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(demo: Path, fault: str) -> None:
    file, old, new, sentence = FAULTS[fault]
    replace(demo, file, old, new)
    assert any(sentence in problem for problem in problems(demo))


def test_a_fault_ends_the_command_with_a_sentence_on_stderr(demo: Path) -> None:
    replace(demo, MANIFEST, "@mipmap/ic_launcher", "@mipmap/icon")
    done = check(demo)
    assert done.returncode == 1
    assert done.stdout == ""
    assert all(line.startswith("android_app: ") for line in done.stderr.splitlines())
    assert "AndroidManifest.xml: @mipmap/icon does not exist" in done.stderr


def test_a_comment_names_nothing(demo: Path) -> None:
    replace(demo, f"{SOURCES}/ui/EditorTools.kt", "package ", "// R.string.nothing\npackage ")
    assert check(demo).returncode == 0


def test_a_missing_drawable_and_a_bundle_in_the_sources_are_found(demo: Path) -> None:
    (demo / RES / "drawable/ic_save.xml").unlink()
    (demo / "app/src/main/assets/models/bundle").mkdir(parents=True)
    done = check(demo)
    assert "@drawable/ic_save does not exist" in done.stderr
    assert "bundles are copied by Gradle" in done.stderr


def test_a_missing_manifest_is_one_sentence(demo: Path) -> None:
    (demo / MANIFEST).unlink()
    done = check(demo)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_another_folder_is_refused(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"android_app: {tmp_path} is not the Android demo\n"
