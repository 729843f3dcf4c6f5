"""Write R.java and BuildConfig.java, which Gradle makes in a real build, for the type-check.

python standins/android/generate_sources.py OUTPUT
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

APP = Path(__file__).parents[2] / "android_demo/app"
PACKAGE = "org.squeezesam.demo"


def resources(folder: Path) -> dict[str, set[str]]:
    """Names by type of all that lies under ``res``."""
    found: dict[str, set[str]] = {}
    for file in sorted(folder.glob("*/*.xml")):
        kind = file.parent.name.split("-")[0]
        if kind != "values":
            found.setdefault(kind, set()).add(file.stem)
            continue
        for entry in ElementTree.parse(file).getroot():
            found.setdefault(entry.tag, set()).add(entry.attrib["name"].replace(".", "_"))
    return found


def r_java(found: dict[str, set[str]]) -> str:
    """The class R; the numbers mean nothing."""
    lines = [f"package {PACKAGE};", "", "public final class R {"]
    for kind, names in sorted(found.items()):
        lines.append(f"    public static final class {kind} {{")
        lines += [f"        public static int {name};" for name in sorted(names)]
        lines.append("    }")
    return "\n".join([*lines, "}", ""])


def build_config_java(gradle: str) -> str:
    """The class BuildConfig with the fields that the app's build.gradle.kts declares."""
    fields = re.findall(r'buildConfigField\("(\w+)", "(\w+)"', gradle)
    lines = [f"package {PACKAGE};", "", "public final class BuildConfig {"]
    lines.append('    public static final String VERSION_NAME = "0";')
    lines += [f"    public static final {kind} {name} = null;" for kind, name in fields]
    return "\n".join([*lines, "}", ""])


def main() -> None:
    """Write both."""
    output = Path(sys.argv[1]) / Path(*PACKAGE.split("."))
    output.mkdir(parents=True, exist_ok=True)
    found = resources(APP / "src/main/res")
    (output / "R.java").write_text(r_java(found), encoding="utf-8")
    gradle = (APP / "build.gradle.kts").read_text(encoding="utf-8")
    (output / "BuildConfig.java").write_text(build_config_java(gradle), encoding="utf-8")


if __name__ == "__main__":
    main()
