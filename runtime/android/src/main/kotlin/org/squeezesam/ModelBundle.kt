package org.squeezesam

import java.io.Closeable
import java.io.File
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** What a bundle was lowered for. */
public enum class BundleTarget(
    /** As the manifest spells it. */
    public val label: String,
) {
    ONNX("onnx"),
    EXECUTORCH("executorch"),
    COREML("coreml"),
    COREAI("coreai"),
}

/** A network of a bundle. */
public enum class ProgramKind {
    SEGMENTER,
    SALIENCY,
}

/** Name and shape of a tensor; all are float32, dense and row-major. */
public class TensorInfo internal constructor(public val name: String, public val shape: List<Long>)

/** One program of a bundle and its signature. */
public class ProgramInfo internal constructor(
    public val kind: ProgramKind,
    /** The file inside the bundle's folder. */
    public val file: File,
    /** Bytes of all its files. */
    public val fileSize: Long,
    /** Multiply-adds of one run; 0 where the manifest is silent. */
    public val multiplyAdds: Long,
    public val inputs: List<TensorInfo>,
    public val outputs: List<TensorInfo>,
)

/** A size in pixels. */
public data class Size(public val width: Int, public val height: Int)

/**
 * A verified model bundle: a folder with manifest.json and the programs it lists. Immutable. What
 * it tells stays readable after [close].
 */
public class ModelBundle private constructor(facts: Facts) : Closeable {
    internal val handle: NativeHandle = facts.handle

    /** As given to [open]; empty after [parse]. */
    public val folder: File = File(facts.strings[0])

    /** For instance `squeezesam-executorch-xnnpack-int8-512x512`. */
    public val name: String = facts.strings[1]
    public val licence: String = facts.strings[2]

    /** The network's architecture. */
    public val preset: String = facts.strings[3]

    /** `xnnpack`, `vulkan`, `cpu`. */
    public val backend: String = facts.strings[4]

    /** `fp32`, `fp16` or `int8`. */
    public val precision: String = facts.strings[5]
    public val target: BundleTarget = BundleTarget.entries[facts.numbers[0]]
    public val schemaVersion: Int = facts.numbers[1]

    /** Of the segmenter's image input. */
    public val inputSize: Size = Size(facts.numbers[2], facts.numbers[3])

    /** Of the saliency network's; null without one. */
    public val saliencySize: Size? =
        Size(facts.numbers[4], facts.numbers[5]).takeIf { it.width > 0 }

    /** Of the logits that the segmenter returns. */
    public val maskSize: Size = Size(facts.numbers[6], facts.numbers[7])

    /** Number of masks that the segmenter proposes. */
    public val candidateCount: Int = facts.numbers[8]

    /** Slots for clicks and box corners. */
    public val maxPoints: Int = facts.numbers[9]

    /** Whether background clicks are understood. */
    public val canNegativePoints: Boolean = facts.numbers[10] and 1 != 0
    public val canBox: Boolean = facts.numbers[10] and 2 != 0

    /** Whether there is a first mask without a prompt. */
    public val canAutomatic: Boolean = facts.numbers[10] and 4 != 0

    /** RGB of the padding, 0 to 255 each. */
    public val padValue: List<Int> = facts.numbers.slice(11..13)

    /** Radius of a click's disc in input pixels. */
    public val clickRadius: Double = facts.fractions[0]

    /** Of the box plane when there is no box. */
    public val boxDefault: Float = facts.fractions[1].toFloat()

    /** The whole text of manifest.json, for what is not listed here. */
    public val manifest: String = facts.strings[7]

    /** The segmenter and, where there is one, the saliency network. */
    public val programs: List<ProgramInfo> = facts.programs

    override fun close(): Unit = handle.close()

    private class Facts(val handle: NativeHandle, pointer: Long) {
        val strings = Native.bundleStrings(pointer).map { String(it, Charsets.UTF_8) }
        val numbers: IntArray = Native.bundleNumbers(pointer)
        val fractions: DoubleArray = Native.bundleFractions(pointer)
        val programs =
            ProgramKind.entries
                .filter { it == ProgramKind.SEGMENTER || numbers[10] and 4 != 0 }
                .map { programOf(pointer, it) }
    }

    public companion object {
        /**
         * Opens the bundle in [folder]: reads the manifest, checks its version and that it does not
         * contradict itself, then existence, size and, with [verify], sha256 of every file. Leave
         * [verify] out only where the app has checked at installation.
         *
         * Throws [SegmentationException.UnusableBundle] and its kinds.
         */
        public suspend fun open(
            folder: File,
            verify: Boolean = true,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): ModelBundle =
            withContext(dispatcher) {
                val path = folder.path.toByteArray(Charsets.UTF_8)
                take(Native.bundleOpen(path, if (verify) 0 else SIZES_ONLY))
            }

        /** The same for the text of a manifest alone: no file is looked at. */
        public fun parse(manifest: String): ModelBundle =
            take(Native.bundleParse(manifest.toByteArray(Charsets.UTF_8)))

        private fun take(pointer: Long): ModelBundle {
            val handle = NativeHandle(pointer, "the bundle", Native::bundleFree)
            return handle.use { ModelBundle(Facts(handle, it)) }
        }

        private const val SIZES_ONLY = 1
    }
}

private fun programOf(pointer: Long, kind: ProgramKind): ProgramInfo {
    val program = kind.ordinal
    val (fileSize, multiplyAdds, inputs) = Native.programNumbers(pointer, program).asList()
    val tensors =
        Native
            .tensorNames(pointer, program)
            .zip(Native.tensorShapes(pointer, program))
            .map { (name, shape) -> TensorInfo(String(name, Charsets.UTF_8), shape.asList()) }
    return ProgramInfo(
        kind,
        File(String(Native.programPath(pointer, program), Charsets.UTF_8)),
        fileSize,
        multiplyAdds,
        tensors.take(inputs.toInt()),
        tensors.drop(inputs.toInt()),
    )
}
