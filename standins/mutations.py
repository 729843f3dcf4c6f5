"""Do the declarations refuse an engine that is wrong? Copies of our engines, each with one fault.

    python -m standins.mutations write kotlin|swift FOLDER
    python -m standins.mutations check kotlin|swift LOG

``write`` puts into FOLDER a copy of every engine as it is and one for each fault: a name, a type or
a nullability that the third party's library does not have. The compiler of the make target then
says of all of them what it thinks, into LOG. ``check`` wants of each faulty copy the error that
belongs to its fault, and not a word about a copy that is as the engine is.

Exit code: 0 all faults are found, 1 one is not, 2 the command line makes no sense.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
ANDROID = "runtime/android/{0}/src/main/kotlin/org/squeezesam/{0}/{1}Engines.kt"
SWIFT = "runtime/swift/Sources/SqueezeSAM"
ENGINES = {
    "ExecuTorchKotlin": ANDROID.format("executorch", "ExecuTorch"),
    "OnnxRuntimeKotlin": ANDROID.format("onnxruntime", "OnnxRuntime"),
    "CoreML": f"{SWIFT}/Apple/CoreMLEngine.swift",
    "CoreAI": f"{SWIFT}CoreAI/CoreAIEngine.swift",
    "ExecuTorch": (
        "runtime/swift/ExecuTorchEngine/Sources/SqueezeSAMExecuTorch/ExecuTorchEngine.swift"
    ),
}


class Fault(NamedTuple):
    """What is wrong: in which engine, instead of what, and what the compiler says of it."""

    engine: str
    what: str
    right: str
    wrong: str
    error: str


FAULTS = (
    Fault("ExecuTorchKotlin", "name", ".dataAsFloatArray", ".getDataAsFloatArray()", "unresolved"),
    Fault("ExecuTorchKotlin", "name", "module.loadMethod(", "module.loadMethods(", "unresolved"),
    Fault("ExecuTorchKotlin", "type", "load(program.file.path,", "load(program.file,", "mismatch"),
    Fault("ExecuTorchKotlin", "type", "it.shape.toLongArray()", "it.shape", "mismatch"),
    Fault("ExecuTorchKotlin", "nullability", "loadMethod(METHOD)", "loadMethod(null)", "null"),
    Fault("OnnxRuntimeKotlin", "name", "setIntraOpNumThreads", "setThreads", "unresolved"),
    Fault("OnnxRuntimeKotlin", "type", "input.shape.toLongArray()", "input.shape", "mismatch"),
    Fault("OnnxRuntimeKotlin", "type", "found.get(index)", "found.get(0L)", "mismatch"),
    Fault("CoreML", "name", "compileModel(at:", "compileModel(of:", "argument"),
    Fault("CoreML", "type", "dataType: .float32,", "dataType: .float,", "has no member"),
    Fault("CoreML", "nullability", "name)?.multiArrayValue", "name).multiArrayValue", "unwrapped"),
    Fault("CoreML", "effects", "try model.prediction", "model.prediction", "not marked with 'try'"),
    Fault("CoreAI", "name", "deleteEntries(for:", "removeEntries(for:", "has no member"),
    Fault("CoreAI", "nullability", "if let known {", "if true {", "unwrapped"),
    Fault("ExecuTorch", "name", "bytesNoCopy:", "bytes:", "argument"),
    Fault("ExecuTorch", "type", "loadMode: .mmap", "loadMode: 1", "cannot convert"),
    Fault(
        "ExecuTorch",
        "nullability",
        "guard let tensor: Tensor<Float> = value.tensor(), tensor",
        "let tensor: Tensor<Float> = value.tensor(); guard tensor",
        "unwrapped",
    ),
)
_SAID = re.compile(r"(?:^|[/\s])([A-Za-z]+)(\d+)\.(?:kt|swift):\d+:\d+: error: (.*)")


def _of(language: str) -> list[str]:
    return [one for one, path in ENGINES.items() if path.endswith(".kt") == (language == "kotlin")]


def copies(engine: str) -> list[str]:
    """The engine's source as it is, then once for each of its faults, each under its own name.

    Raises:
        ValueError: a fault's place is not in the source, or more than once.
    """
    source = (ROOT / ENGINES[engine]).read_text(encoding="utf-8")
    texts = [source]
    for fault in FAULTS:
        if fault.engine == engine:
            if source.count(fault.right) != 1:
                raise ValueError(f"{ENGINES[engine]}: {fault.right!r} is not there once")
            texts.append(source.replace(fault.right, fault.wrong))
    return [_named(text, engine, number) for number, text in enumerate(texts)]


def _named(text: str, engine: str, number: int) -> str:
    """The copy can be compiled beside the engine and the other copies."""
    if ENGINES[engine].endswith(".kt"):
        return re.sub(r"(?m)^package .*", f"package org.squeezesam.copy{number}.{engine}", text)
    kept = text[: text.index("extension EngineLoader")].rstrip()
    kept = kept.removesuffix("@available(iOS 27, macOS 27, *)").rstrip()
    return kept.replace(f"{engine}Engine", f"{engine}Engine{number}") + "\n#endif\n"


def write(language: str, folder: Path) -> None:
    """Write every copy into ``folder``/ENGINE."""
    suffix = ".kt" if language == "kotlin" else ".swift"
    for engine in _of(language):
        (folder / engine).mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(copies(engine)):
            path = folder / engine / f"{engine}{number}{suffix}"
            path.write_text(text, encoding="utf-8")


def unnoticed(language: str, log: str) -> list[str]:
    """A sentence for each fault of which the compiler did not say what it should, and for each
    error in a copy without a fault."""
    said: dict[tuple[str, int], list[str]] = {}
    for line in log.splitlines():
        if found := _SAID.search(line):
            said.setdefault((found[1], int(found[2])), []).append(found[3])
    missed = []
    for engine in _of(language):
        missed += [f"{engine} as it is: {error}" for error in said.get((engine, 0), [])]
        faults = [fault for fault in FAULTS if fault.engine == engine]
        for number, fault in enumerate(faults, 1):
            errors = said.get((engine, number), [])
            if not any(fault.error.lower() in error.lower() for error in errors):
                heard = errors[0] if errors else "nothing"
                missed.append(f"{engine}, {fault.what}: {fault.wrong!r} passes; said was: {heard}")
    return missed


def main(arguments: list[str]) -> int:
    """Write or check; returns the exit code."""
    words = (["write", "check"], ["kotlin", "swift"])
    if len(arguments) != 3 or any(a not in w for a, w in zip(arguments, words, strict=False)):
        print("mutations: usage: python -m standins.mutations write|check kotlin|swift PATH",
              file=sys.stderr)  # fmt: skip
        return 2
    act, language, path = arguments
    if act == "write":
        write(language, Path(path))
        return 0
    missed = unnoticed(language, Path(path).read_text(encoding="utf-8"))
    for one in missed:
        print(f"mutations: {one}", file=sys.stderr)
    if not missed:
        count = sum(fault.engine in _of(language) for fault in FAULTS)
        print(f"mutations: each of {count} faults in our engines is found")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
