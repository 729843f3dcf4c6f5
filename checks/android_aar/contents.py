"""What lies in the AARs and beside them in the Maven layout."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import tomllib

ROOT = Path(__file__).parents[2]
GROUP = "org.squeezesam"
WITHOUT_NATIVE = "-without-native"
# ABI → e_machine of its ELF files, and the alignment that devices with pages of 16 KB ask for.
ABIS = {"arm64-v8a": (183, 16384), "armeabi-v7a": (40, 4096), "x86_64": (62, 16384)}
LIBRARY = "libsqueezesam_jni.so"
_DAY = (1980, 1, 1, 0, 0, 0)
SUMS = ("md5", "sha1", "sha256", "sha512")


class AarError(Exception):
    """The library cannot be packed; the text says what is missing."""


@dataclass(frozen=True)
class Product:
    """One AAR: its name, the folder of its Gradle project, its classes and their jar."""

    name: str
    folder: str
    package: str
    jar: str


PRODUCTS = (
    Product("squeezesam-android", "runtime/android", "org/squeezesam", "main.jar"),
    Product("squeezesam-executorch", "runtime/android/executorch", "org/squeezesam/executorch",
            "engines.jar"),
    Product("squeezesam-onnxruntime", "runtime/android/onnxruntime", "org/squeezesam/onnxruntime",
            "engines.jar"),
)  # fmt: skip


def version(root: Path) -> str:
    """The products' version, as Gradle has it."""
    text = (root / "runtime/android/gradle.properties").read_text(encoding="utf-8")
    return str(re.findall(r"^version=(\S+)$", text, re.MULTILINE)[0])


def dependencies(product: Product, root: Path, own: str) -> list[tuple[str, str, str, str]]:
    """Group, artefact, version, scope of what build.gradle.kts names for apps."""
    catalogue = tomllib.loads(
        (root / "runtime/android/gradle/libs.versions.toml").read_text(encoding="utf-8")
    )
    text = (root / product.folder / "build.gradle.kts").read_text(encoding="utf-8")
    found = []
    line = r'^    (api|implementation)\((?:libs\.(\w+)|project\(":"\))\)$'
    for kind, alias in re.findall(line, text, re.MULTILINE):
        scope = "compile" if kind == "api" else "runtime"
        if not alias:
            found.append((GROUP, PRODUCTS[0].name, own, scope))
            continue
        entry = catalogue["libraries"][alias]
        group, _, name = entry["module"].partition(":")
        found.append((group, name, catalogue["versions"][entry["version"]["ref"]], scope))
    return found


def pom(product: Product, root: Path, own: str) -> str:
    """The product's description for Maven and Gradle."""
    needed = "".join(
        f"    <dependency>\n      <groupId>{escape(group)}</groupId>\n"
        f"      <artifactId>{escape(name)}</artifactId>\n"
        f"      <version>{escape(number)}</version>\n"
        f"      <scope>{scope}</scope>\n    </dependency>\n"
        for group, name, number, scope in dependencies(product, root, own)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
        f"  <modelVersion>4.0.0</modelVersion>\n  <groupId>{GROUP}</groupId>\n"
        f"  <artifactId>{product.name}</artifactId>\n  <version>{own}</version>\n"
        "  <packaging>aar</packaging>\n  <licenses>\n    <license>\n      <name>Apache-2.0</name>\n"
        "      <url>https://www.apache.org/licenses/LICENSE-2.0</url>\n    </license>\n"
        f"  </licenses>\n  <dependencies>\n{needed}  </dependencies>\n</project>\n"
    )


def manifest(product: Product, root: Path) -> str:
    """The merged manifest as AGP writes it into an AAR."""
    sdk = tomllib.loads((root / "versions.toml").read_text(encoding="utf-8"))["versions"]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android"\n'
        f'    package="{product.package.replace("/", ".")}">\n\n'
        f'    <uses-sdk android:minSdkVersion="{sdk["android-min-sdk"]}" />\n\n</manifest>\n'
    )


def _zip(path: Path, contents: dict[str, bytes]) -> None:
    """The same bytes for the same contents: no times, names sorted."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, contents[name])


def _classes(product: Product, jar: Path) -> dict[str, bytes]:
    """What of the jar is the product's: its package, and for the core Kotlin's table of functions
    outside of classes, without which an app cannot call them. The engines have none."""
    others = [p.package + "/" for p in PRODUCTS if p.package.startswith(product.package + "/")]
    with zipfile.ZipFile(jar) as archive:
        table = "META-INF/squeezesam-android.kotlin_module"
        own = (product.package + "/", *([table] if product is PRODUCTS[0] else []))
        names = [n for n in archive.namelist() if n.startswith(own)]
        return {
            n: archive.read(n)
            for n in names
            if not n.endswith("/") and not n.startswith(tuple(others) or "\0")
        }


def aar(product: Product, classes: Path, native: Path | None, root: Path) -> dict[str, bytes]:
    """The files of one AAR.

    Raises:
        AarError: there are no classes, or an ABI's library is missing.
    """
    try:
        inside = _classes(product, classes / product.jar)
    except (OSError, zipfile.BadZipFile) as error:
        raise AarError(f"{product.jar}: {error}; make {classes}/{product.jar} first") from error
    if not any(name.endswith(".class") for name in inside):
        raise AarError(f"{product.jar} has no class of {product.package}")
    with tempfile.TemporaryDirectory() as folder:
        jar = Path(folder) / "classes.jar"
        _zip(jar, {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\r\n\r\n", **inside})
        contents = {"classes.jar": jar.read_bytes()}
    contents["AndroidManifest.xml"] = manifest(product, root).encode()
    contents["proguard.txt"] = (root / product.folder / "consumer-rules.pro").read_bytes()
    contents["R.txt"] = b""
    contents["META-INF/com/android/build/gradle/aar-metadata.properties"] = (
        b"aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=1\n"
        b"coreLibraryDesugaringEnabled=false\n"
    )
    if native is not None and product is PRODUCTS[0]:
        for abi in ABIS:
            path = native / abi / LIBRARY
            if not path.is_file():
                raise AarError(f"there is no {path}: make android-native, where the NDK is")
            contents[f"jni/{abi}/{LIBRARY}"] = path.read_bytes()
    return contents


def sources(product: Product, root: Path) -> dict[str, bytes]:
    """The Kotlin files of a product."""
    folder = root / product.folder / "src/main/kotlin"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.kt")}


def build(classes: Path, output: Path, native: Path | None, root: Path = ROOT) -> str:
    """Writes the repository anew, beside first; returns the products' version.

    Raises:
        AarError: something of it is missing. OSError: it cannot be written.
    """
    own = version(root) + ("" if native else WITHOUT_NATIVE)
    output.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=output.parent, prefix=f".{output.name}."))
    try:
        beside.chmod(0o755)
        for product in PRODUCTS:
            folder = beside / GROUP.replace(".", "/") / product.name / own
            folder.mkdir(parents=True)
            stem = f"{product.name}-{own}"
            _zip(folder / f"{stem}.aar", aar(product, classes, native, root))
            _zip(folder / f"{stem}-sources.jar", sources(product, root))
            (folder / f"{stem}.pom").write_text(pom(product, root, own), encoding="utf-8")
            for path in sorted(folder.iterdir()):
                for kind in SUMS:
                    digest = hashlib.new(kind, path.read_bytes()).hexdigest()
                    path.with_name(f"{path.name}.{kind}").write_text(digest)
        if output.exists():
            shutil.rmtree(output)
        os.replace(beside, output)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return own
