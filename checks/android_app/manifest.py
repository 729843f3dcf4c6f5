"""AndroidManifest.xml, and the paths that its FileProvider lends."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from checks.android_app.project import ANDROID, PACKAGE, Project

_FILE = "AndroidManifest.xml"
_PROVIDER = "androidx.core.content.FileProvider"
# In file_paths.xml, and how Kotlin writes the same folder.
_ROOTS = {"cache-path": "cacheDir", "files-path": "filesDir"}


def problems(project: Project) -> Iterator[str]:
    """Yield what is wrong with the manifest."""
    yield from _permissions(project)
    yield from _application(project)
    yield from _components(project)
    yield from _provider(project)


def _permissions(project: Project) -> Iterator[str]:
    for entry in project.manifest.iter():
        name = entry.get(f"{ANDROID}name", "")
        if entry.tag.startswith("uses-permission"):
            yield f"{_FILE}: the app asks for {name}; it must not need any permission"


def _application(project: Project) -> Iterator[str]:
    application = project.application
    if application.get(f"{ANDROID}enableOnBackInvokedCallback") != "true":
        yield f"{_FILE}: enableOnBackInvokedCallback is not true: no predictive back"
    for name in ("icon", "label", "theme", "localeConfig"):
        if application.get(f"{ANDROID}{name}") is None:
            yield f"{_FILE}: the application has no {name}"
    yield from _class_exists(project, application, "Application")


def _components(project: Project) -> Iterator[str]:
    launchers = 0
    for activity in project.application.iter("activity"):
        name = activity.get(f"{ANDROID}name", "")
        yield from _class_exists(project, activity, "Activity")
        if activity.get(f"{ANDROID}exported") not in ("true", "false"):
            yield f"{_FILE}: {name} does not say whether it is exported"
        categories = {entry.get(f"{ANDROID}name") for entry in activity.iter("category")}
        launchers += "android.intent.category.LAUNCHER" in categories
        if name == ".BenchmarkActivity" and activity.get(f"{ANDROID}exported") != "true":
            yield f"{_FILE}: {name} is not exported: adb cannot start it"
    if launchers != 1:
        yield f"{_FILE}: {launchers} activities are launchers instead of one"
    declared = {entry.get(f"{ANDROID}name") for entry in project.application.iter("activity")}
    for name in re.findall(r"class (\w+)[^{]*?: ComponentActivity\(\)", project.kotlin):
        if f".{name}" not in declared:
            yield f"{_FILE}: the activity {name} is not declared"


def _class_exists(project: Project, entry: ElementTree.Element, kind: str) -> Iterator[str]:
    name = entry.get(f"{ANDROID}name", "")
    if not name.startswith("."):
        yield f"{_FILE}: the {entry.tag} {name!r} is not a class of {PACKAGE}"
    elif not re.search(rf"class {name[1:]}\b[^{{]*{kind}\(\)", project.kotlin):
        yield f"{_FILE}: there is no class {PACKAGE}{name}"


def _provider(project: Project) -> Iterator[str]:
    for provider in project.application.iter("provider"):
        if provider.get(f"{ANDROID}name") == _PROVIDER:
            yield from _authority(project, provider)
            yield from _paths(project, provider)
            return
    if "FileProvider." in project.kotlin:
        yield f"{_FILE}: the FileProvider that the sources use is not declared"


def _authority(project: Project, provider: ElementTree.Element) -> Iterator[str]:
    authority = provider.get(f"{ANDROID}authorities", "")
    wanted = set(re.findall(r'"\$\{context\.packageName\}(\.\w+)"', project.kotlin))
    if wanted != {authority.removeprefix("${applicationId}")}:
        yield f"{_FILE}: the provider's authority {authority} is not the one that the sources use"
    for name, value in (("exported", "false"), ("grantUriPermissions", "true")):
        if provider.get(f"{ANDROID}{name}") != value:
            yield f"{_FILE}: {name} of the provider is not {value}"


def _paths(project: Project, provider: ElementTree.Element) -> Iterator[str]:
    references = [entry.get(f"{ANDROID}resource", "") for entry in provider.iter("meta-data")]
    name = next((text.removeprefix("@xml/") for text in references), "")
    file = project.res / "xml" / f"{name}.xml"
    if not file.is_file():
        yield f"{_FILE}: the provider's paths {references} are not there"
        return
    lent = {
        (_ROOTS.get(entry.tag, entry.tag), entry.get("path", "").strip("/"))
        for entry in ElementTree.parse(file).getroot()
    }
    used = set(re.findall(r'File\(context\.(cacheDir), "(\w+)"\)', project.kotlin))
    for root, path in sorted(used - lent):
        yield f"{file.name}: {path} in {root}, which the sources use, is not lent"
    for root, path in sorted(lent - used):
        yield f"{file.name}: {path!r} in {root} is lent and not used"
