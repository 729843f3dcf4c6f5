"""Stand-ins declare what the real libraries do; a difference in either direction is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from standins.__main__ import faults
from standins.mutations import FAULTS, unnoticed, write
from standins.signatures import java, kotlin, swift
from standins.signatures.compare import RULES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "standins", tmp_path / "standins")
    return tmp_path / "standins"


def test_every_stand_in_is_as_recorded() -> None:
    assert faults(ROOT / "standins") == []


MUTATIONS = {
    "a property becomes a getter": (
        "engines/executorch/Tensor.kt",
        "public open val dataAsFloatArray: FloatArray\n        get()",
        "public open fun getDataAsFloatArray(): FloatArray",
    ),
    "a name is wrong": ("engines/executorch/Module.kt", "fun loadMethod(", "fun loadMethods("),
    "a null is refused that the library takes": (
        "engines/executorch/Module.kt",
        "modelPath: String?",
        "modelPath: String",
    ),
    "a parameter loses its default": (
        "engines/executorch/Module.kt",
        "numThreads: Int = 0",
        "numThreads: Int",
    ),
    "a Java parameter has another type": (
        "engines/onnxruntime/OnnxTensor.java",
        "FloatBuffer data, long[] shape)",
        "FloatBuffer data, int[] shape)",
    ),
    "a Java method throws nothing": (
        "engines/onnxruntime/OrtSession.java",
        "setIntraOpNumThreads(int numThreads) throws OrtException",
        "setIntraOpNumThreads(int numThreads)",
    ),
    "a composable is none": (
        "androidx/ComposeMaterial3.kt",
        "@Composable\npublic fun SnackbarHost(",
        "public fun SnackbarHost(",
    ),
    "parameters are left out without a gap": (
        "androidx/ComposeMaterial3.kt",
        "    gap1: Omitted = Omitted.here,\n    textAlign",
        "    textAlign",
    ),
    "a parameter may be null": (
        "androidx/ComposeMaterial3.kt",
        "contentDescription: String?,",
        "contentDescription: String,",
    ),
    "a Swift property is not optional": (
        "apple/CoreML.swift",
        "var multiArrayValue: MLMultiArray? { nil }",
        "var multiArrayValue: MLMultiArray { fatalError() }",
    ),
    "a Swift label is wrong": (
        "apple/ExecuTorch.swift",
        "bytesNoCopy pointer:",
        "bytes pointer:",
    ),
    "a Swift function throws nothing": (
        "apple/ExecuTorch.swift",
        "func load(_ method: String) throws",
        "func load(_ method: String)",
    ),
    "a modifier of SwiftUI has another type": (
        "apple/SwiftUI.swift",
        "func multilineTextAlignment(_ alignment: TextAlignment)",
        "func multilineTextAlignment(_ alignment: Alignment)",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_stand_in_that_says_something_else_is_found_in_both_directions(
    copy: Path, mutation: str
) -> None:
    name, old, new = MUTATIONS[mutation]
    text = (copy / name).read_text(encoding="utf-8")
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = faults(copy)
    assert any(fault.startswith(f"{name} declares what ") for fault in found)
    assert any(" records what no stand-in declares: " in fault for fault in found)


def test_a_declaration_that_is_recorded_and_missing_is_found(copy: Path) -> None:
    record = copy / "recorded/executorch-android.signatures"
    with record.open("a", encoding="utf-8") as file:
        file.write("org.pytorch.executorch.Module :: fun getMethods(): Array<String>\n")
    assert faults(copy) == [
        "executorch-android.signatures records what no stand-in declares: "
        "org.pytorch.executorch.Module :: fun getMethods(): Array<String>"
    ]


def test_the_command_says_what_differs_and_exits_with_1(copy: Path) -> None:
    (copy / "engines/executorch/EValue.kt").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "standins", str(copy)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "standins: executorch-android.signatures records what no stand-in "
    )
    usage = [sys.executable, "-m", "standins", str(copy / "recorded")]
    assert subprocess.run(usage, cwd=ROOT, capture_output=True).returncode == 2


KOTLIN = """
package a.b
import c.D
/** val no: Int /* nested */ fun no() */
public open class Box<out T : Any>(
    public val held: T,
    count: Int = f({ 1 }, "${x { "}" }}"),
) : Base(), Other {
    public var size: Int = 3
        private set
    private val hidden = 1
    internal fun alsoHidden(): Int = 2
    public suspend fun <R> each(
        block: suspend Box<*>.(a: Int, (String) -> R?) -> Unit,
    ): List<R>? = listOf()
    @Composable
    override fun known() {}
    protected open fun late(vararg names: String?)
    public companion object { public const val MOST: Int = 1 }
}
public enum class Way { Up, @Old Down(2) { override fun x() {} }; public fun turn(): Way = Up }
@Composable public inline fun Modifier.wide(
    crossinline by: @Composable () -> Unit = {},
): Modifier = this
"""


def test_kotlin_is_read_as_the_compiler_reads_it() -> None:
    assert [one.line for one in kotlin.declarations(KOTLIN)] == [
        "a.b :: open class Box<out T : Any>",
        "a.b.Box :: constructor(held: T, count: Int = _)",
        "a.b.Box :: val held: T",
        "a.b.Box :: val size: Int",
        "a.b.Box :: suspend fun <R> each(block: suspend Box<*>.(Int, (String) -> R?) -> Unit): "
        "List<R>?",
        "a.b.Box :: protected fun late(vararg names: String?): Unit",
        "a.b.Box :: object Companion",
        "a.b.Box.Companion :: const val MOST: Int",
        "a.b :: enum class Way",
        "a.b.Way :: entry Up",
        "a.b.Way :: entry Down",
        "a.b.Way :: fun turn(): Way",
        "a.b :: @Composable inline fun Modifier.wide(crossinline by: @Composable () -> Unit = _): "
        "Modifier",
    ]


def test_java_is_read_with_nullability_and_exceptions() -> None:
    source = (
        "package a; public class B<T> extends C { @Nullable public String f(@NonNull final T[] x, "
        'int... y) throws D, E { return "}"; } int hidden; protected static final int K = 1; '
        "B(int x) {} public B() { this(1); } @Override public void g() {} }"
    )
    assert [one.line for one in java.declarations(source)] == [
        "a :: class B<T>",
        "a.B :: @Nullable String f(@NonNull T[] x, int... y) throws D, E",
        "a.B :: protected static int K",
        "a.B :: B()",
    ]


def test_swift_is_read_with_labels_effects_and_optionals() -> None:
    source = """
    @available(iOS 17, *) extension A.B where T : C {
      @inlinable nonisolated public func f<S>(
        _ s: S, in x: Swift.Int? = nil, g: @escaping (A.D) async throws -> Swift.Void
      ) async throws -> some A.View where S : A.E
      public var v: [Swift.String : A.B]? { get }
      func hidden()
    }
    public enum W { case up, down(Int) }
    """
    assert [one.line for one in swift.declarations(source, "A")] == [
        "A.B :: func f<S>(_: S, in: Int? = _, g: (D) async throws -> ()) async throws -> some View",
        "A.B :: var v: [String : B]?",
        "A :: enum W",
        "A.W :: case up",
        "A.W :: case down(Int)",
    ]


@pytest.mark.parametrize(
    ("language", "ours", "real", "same"),
    [
        (
            "kotlin",
            "fun f(a: A, gap: Omitted = _, d: D): Unit",
            "fun f(a: A, b: B = _, c: C = _, d: D): Unit",
            True,
        ),
        (
            "kotlin",
            "fun f(a: A, gap: Omitted = _, d: D): Unit",
            "fun f(a: A, b: B, c: C = _, d: D): Unit",
            False,
        ),
        ("kotlin", "fun f(a: A, gap: Omitted = _): Unit", "fun f(a: A): Unit", False),
        ("kotlin", "val f: Color", "val f: _", True),
        ("kotlin", "val f: Color", "val f: Int", False),
        ("swift", "func f(a: A) -> some View", "func f(a: A, b: B = _) -> Shown<A>", True),
        ("swift", "func f(a: A) -> Int", "func f(a: A, b: B) -> Int", False),
        ("swift", "func f(_: B) -> Int", "func f(_: A = _, _: B) -> Int", False),
        ("swift", "func f<T>(_: T) -> [T]", "func f<S>(_: S) -> [S]", True),
        ("java", "void f(int a)", "void f(int b)", False),
    ],
)
def test_what_a_stand_in_may_leave_out(language: str, ours: str, real: str, same: bool) -> None:
    assert RULES[language](ours, real, "f") is same


@pytest.mark.parametrize("language", ["kotlin", "swift"])
def test_an_engine_is_copied_once_as_it_is_and_once_for_each_fault(
    tmp_path: Path, language: str
) -> None:
    write(language, tmp_path)
    suffix = ".kt" if language == "kotlin" else ".swift"
    for folder in tmp_path.iterdir():
        faults_of = [fault for fault in FAULTS if fault.engine == folder.name]
        texts = [(folder / f"{folder.name}{n}{suffix}").read_text() for n in range(20)
                 if (folder / f"{folder.name}{n}{suffix}").exists()]  # fmt: skip
        assert len(texts) == len(faults_of) + 1
        for fault, text in zip(faults_of, texts[1:], strict=True):
            assert fault.right in texts[0]
            assert fault.wrong in text
    assert {f.what for f in FAULTS} >= {"name", "type", "nullability"}
    assert len(FAULTS) >= 10


def test_a_fault_that_the_compiler_lets_pass_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    faulty = [fault for fault in FAULTS if fault.engine in ("CoreML", "CoreAI", "ExecuTorch")]
    numbers: dict[str, int] = {}
    lines = []
    for fault in faulty:
        numbers[fault.engine] = number = numbers.get(fault.engine, 0) + 1
        lines.append(f"build/x/{fault.engine}{number}.swift:3:4: error: it {fault.error} so")
    assert unnoticed("swift", "\n".join(lines)) == []
    (missed,) = unnoticed("swift", "\n".join(lines[1:]))
    assert missed.startswith("CoreML, name: 'compileModel(of:' passes; said was: nothing")
    (right,) = unnoticed("swift", "\n".join([*lines, "a/CoreAI0.swift:1:1: error: no"]))
    assert right == "CoreAI as it is: no"
