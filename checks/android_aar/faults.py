"""What may be wrong with the AARs and their Maven layout."""

from __future__ import annotations

import hashlib
import re
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.dom import minidom

from checks.android_aar.contents import (
    ABIS,
    GROUP,
    LIBRARY,
    PRODUCTS,
    ROOT,
    SUMS,
    WITHOUT_NATIVE,
    Product,
    dependencies,
    manifest,
    sources,
    version,
)

JAVA_11 = 55  # the class files' version that the builds name


def faults(output: Path, root: Path = ROOT) -> Iterator[str]:
    """One sentence for each thing that is wrong with the repository."""
    for product in PRODUCTS:
        places = sorted((output / GROUP.replace(".", "/") / product.name).glob("*"))
        if len(places) != 1:
            yield f"{product.name}: {len(places)} versions instead of one"
            continue
        own = places[0].name
        if own.removesuffix(WITHOUT_NATIVE) != version(root):
            yield f"{product.name}: version {own} instead of {version(root)}"
        stem = places[0] / f"{product.name}-{own}"
        for kind in (".aar", ".pom", "-sources.jar"):
            yield from _sums(Path(f"{stem}{kind}"))
        try:
            yield from _pom_faults(Path(f"{stem}.pom"), product, root, own)
            with zipfile.ZipFile(f"{stem}-sources.jar") as archive:
                if set(archive.namelist()) != set(sources(product, root)):
                    yield f"{product.name}: the sources are not those of the repository"
            yield from _aar_faults(Path(f"{stem}.aar"), product, root, own)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            yield f"{product.name}: cannot be read: {error}"


def _sums(path: Path) -> Iterator[str]:
    for kind in SUMS:
        beside = path.with_name(f"{path.name}.{kind}")
        if not path.is_file() or not beside.is_file():
            yield f"{path.name} or its {kind} is missing"
        elif beside.read_text() != hashlib.new(kind, path.read_bytes()).hexdigest():
            yield f"{path.name} is not what its {kind} says"


def _pom_faults(path: Path, product: Product, root: Path, own: str) -> Iterator[str]:
    document = minidom.parseString(path.read_bytes())
    found = [
        tuple(
            str(node.getElementsByTagName(tag)[0].firstChild.data)  # type: ignore[union-attr]
            for tag in ("groupId", "artifactId", "version", "scope")
        )
        for node in document.getElementsByTagName("dependency")
    ]
    if found != dependencies(product, root, own):
        yield f"{product.name}: the POM's dependencies are not those of build.gradle.kts"


def _aar_faults(path: Path, product: Product, root: Path, own: str) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names}
    if files["AndroidManifest.xml"] != manifest(product, root).encode():
        yield f"{product.name}: another manifest than that of versions.toml"
    rules = (root / product.folder / "consumer-rules.pro").read_bytes()
    if files["proguard.txt"] != rules:
        yield f"{product.name}: other rules than consumer-rules.pro"
    wanted = (
        {f"jni/{abi}/{LIBRARY}" for abi in ABIS}
        if product is PRODUCTS[0] and not own.endswith(WITHOUT_NATIVE)
        else set()
    )
    if {name for name in names if name.startswith("jni/")} != wanted:
        yield f"{product.name}: its native libraries are not those of {', '.join(ABIS)}"
    for name in sorted(wanted & set(names)):
        yield from _elf_faults(files[name], name)
    with tempfile.TemporaryDirectory() as folder:
        jar = Path(folder) / "classes.jar"
        jar.write_bytes(files["classes.jar"])
        with zipfile.ZipFile(jar) as archive:
            classes = {n: archive.read(n) for n in archive.namelist() if n.endswith(".class")}
            tables = [n for n in archive.namelist() if n.endswith(".kotlin_module")]
    if len(tables) != (product is PRODUCTS[0]):
        yield f"{product.name}: Kotlin's table of functions is missing, or one too many"
    for name, content in classes.items():
        if content[:4] != b"\xca\xfe\xba\xbe" or struct.unpack(">H", content[6:8])[0] > JAVA_11:
            yield f"{product.name}: {name} is no class of Java 11"
    for kept in re.findall(rb"-keep class (org\.squeezesam[\w.]*)", rules):
        if kept.decode().replace(".", "/") + ".class" not in classes:
            yield f"{product.name}: the rules keep {kept.decode()}, which does not exist"


def _elf_faults(content: bytes, name: str) -> Iterator[str]:
    """Processor and alignment; the rest is runtime/android/tools/check_library's."""
    machine, alignment = ABIS[name.split("/")[1]]
    if content[:4] != b"\x7fELF" or struct.unpack_from("<H", content, 18)[0] != machine:
        yield f"{name} is not for its processor"
        return
    wide = content[4] == 2
    offset = struct.unpack_from("<Q" if wide else "<I", content, 32 if wide else 28)[0]
    size, count = struct.unpack_from("<HH", content, 54 if wide else 42)
    for place in range(offset, offset + size * count, size):
        loaded = struct.unpack_from("<I", content, place)[0] == 1
        align = struct.unpack_from("<Q" if wide else "<I", content, place + (48 if wide else 28))[0]
        if loaded and align % alignment:
            yield f"{name}: a segment is aligned to {align}, not to {alignment}"
