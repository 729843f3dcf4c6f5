#!/bin/sh
# Build phase: puts the bundle that squeezesam-export made into the app, as it is. Xcode must not
# touch it: it would compile the .mlpackage folders, and the manifest's hashes would not fit any more.
set -eu

fail() {
    echo "error: $1" >&2
    exit 1
}

bundle=${SSAM_BUNDLE:?}
name=$(basename "$bundle")
export="squeezesam-export --target coreml"
[ -f "$bundle/manifest.json" ] ||
    fail "there is no model bundle at $bundle: run '$export' at the root of the repository, or set SSAM_BUNDLE"
grep -Eq '"target": *"coreml"' "$bundle/manifest.json" ||
    fail "$name is not a Core ML bundle: run '$export'"

bundles="${TARGET_BUILD_DIR:?}/${UNLOCALIZED_RESOURCES_FOLDER_PATH:?}/bundles"
rm -rf "$bundles"
mkdir -p "$bundles"
# Beside, then renamed: a copy that is interrupted is not taken for a bundle.
cp -R "$bundle" "$bundles/.$name"
mv "$bundles/.$name" "$bundles/$name"
echo "note: copied $name"

core_ai=${SSAM_COREAI_BUNDLE:-}
if [ -n "$core_ai" ] && [ -f "$core_ai/manifest.json" ]; then
    name=$(basename "$core_ai")
    grep -Eq '"target": *"coreai"' "$core_ai/manifest.json" || fail "$name is not a Core AI bundle"
    cp -R "$core_ai" "$bundles/.$name"
    mv "$bundles/.$name" "$bundles/$name"
    echo "note: copied $name"
fi
