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

/** When a program runs. */
public enum class ProgramRuns {
    /** Once a photo, when something first needs its outputs. */
    PHOTO,

    /** At every prediction. */
    PROMPT,
}

/** A tensor of a program; all are float32, dense and row-major. */
public class TensorInfo internal constructor(
    public val name: String,
    public val shape: List<Long>,
    /** What fills an input: `photo`, `planes`, `points`, ...; empty for an output. */
    public val source: String,
    /** What an output is: `heat`, `masks`, `scores`, `embedding`; empty for an input. */
    public val role: String,
)

/** One program of a bundle and its signature. */
public class ProgramInfo internal constructor(
    /** Unique in its bundle: `segment`. */
    public val name: String,
    public val runs: ProgramRuns,
    /** The file inside the bundle's folder. */
    public val file: File,
    /** Bytes of all its files. */
    public val fileSize: Long,
    /** Multiply-adds of one run; 0 where the manifest is silent. */
    public val macs: Long,
    public val inputs: List<TensorInfo>,
    public val outputs: List<TensorInfo>,
)

/** A size in pixels. */
public data class Size(public val width: Int, public val height: Int)

/** How thoroughly a bundle's files are looked at when it is opened. */
public enum class BundleCheck {
    /** Existence, size and sha256 of every file. */
    HASHES,

    /** Existence and size: for an app that has compared the hashes at installation. */
    SIZES,
}

/**
 * A checked model bundle: a folder with manifest.json and the programs it lists. Immutable. What
 * it tells stays readable after [close].
 */
public class ModelBundle private constructor(internal val handle: NativeHandle, info: Fields) :
    Closeable {
        /** As given to [open]; empty after [parse]. */
        public val folder: File = File(info.text("folder"))

        /** For instance `squeezesam-executorch-xnnpack-int8-512x512`. */
        public val name: String = info.text("name")
        public val licence: String = info.text("licence")

        /** The network's architecture. */
        public val preset: String = info.text("preset")

        /** `xnnpack`, `vulkan`, `cpu`. */
        public val backend: String = info.text("backend")

        /** `fp32`, `fp16` or `int8`. */
        public val precision: String = info.text("precision")
        public val target: BundleTarget = targetOf(info.text("target_name"))
        public val schemaVersion: Int = info.int("schema_version")

        /** Of the photo input that prompts and masks are placed in. */
        public val inputSize: Size = Size(info.int("input_width"), info.int("input_height"))

        /** Of the logits as the network returns them. */
        public val maskSize: Size = Size(info.int("mask_width"), info.int("mask_height"))

        /** Number of masks that are proposed. */
        public val candidateCount: Int = info.int("candidate_count")

        /** Slots for clicks and box corners; 0 where no program has them. */
        public val maxPoints: Int = info.int("max_points")

        private val capabilities = info.int("capabilities")

        /** Whether background clicks are understood. */
        public val canNegativePoints: Boolean = capabilities and CAN_NEGATIVE_POINTS != 0
        public val canBox: Boolean = capabilities and CAN_BOX != 0

        /** Whether there is a first mask without a prompt. */
        public val canAutomatic: Boolean = capabilities and CAN_AUTOMATIC != 0

        /** Whether a prediction builds on the last mask. The core sees to it. */
        public val canPreviousMask: Boolean = capabilities and CAN_PREVIOUS_MASK != 0

        /** Radius of a click's disc in input pixels. */
        public val clickRadius: Double = info.double("click_radius")

        /** Of the box plane when there is no box. */
        public val boxDefault: Float = info.double("box_default").toFloat()

        /** The whole text of manifest.json, for what is not listed here. */
        public val manifest: String = info.text("manifest")

        /** In the order in which they run: each after those whose outputs it reads. */
        public val programs: List<ProgramInfo> = info.list("programs").map(::programOf)

        /** The program called [name]; null without one. */
        public fun program(name: String): ProgramInfo? = programs.find { it.name == name }

        override fun close(): Unit = handle.close()

        public companion object {
            /**
             * Opens the bundle in [folder]: reads the manifest, checks its version and that it does not
             * contradict itself, then its files as [check] says.
             *
             * Throws [SegmentationException.UnusableBundle] and its kinds.
             */
            public suspend fun open(
                folder: File,
                check: BundleCheck = BundleCheck.HASHES,
                dispatcher: CoroutineDispatcher = Dispatchers.IO,
            ): ModelBundle =
                withContext(dispatcher) {
                    val path = folder.path.toByteArray(Charsets.UTF_8)
                    take(Native.bundleOpen(path, if (check == BundleCheck.SIZES) SIZES_ONLY else 0))
                }

            /** The same for the text of a manifest alone: no file is looked at. */
            public fun parse(manifest: String): ModelBundle =
                take(Native.bundleParse(manifest.toByteArray(Charsets.UTF_8)))

            private fun take(pointer: Long): ModelBundle {
                val handle = NativeHandle(pointer, "the bundle", Native::bundleFree)
                try {
                    return handle.use { bundle ->
                        ModelBundle(handle, Fields().also { Native.bundleInfo(bundle, it) })
                    }
                } catch (failure: Throwable) {
                    handle.close()
                    throw failure
                }
            }

            private const val SIZES_ONLY = 1
            private const val CAN_NEGATIVE_POINTS = 1
            private const val CAN_BOX = 2
            private const val CAN_AUTOMATIC = 4
            private const val CAN_PREVIOUS_MASK = 8
        }
    }

/** Never a guess: a target that this library does not know is an error. */
private fun targetOf(label: String): BundleTarget =
    BundleTarget.entries.find { it.label == label }
        ?: throw SegmentationException.UnusableBundle(
            "the bundle is for \"$label\", which this library does not know",
        )

private fun programOf(info: Fields) =
    ProgramInfo(
        info.text("name"),
        ProgramRuns.entries[info.int("runs")],
        File(info.text("path")),
        info.long("file_size"),
        info.long("macs"),
        info.list("inputs").map(::tensorOf),
        info.list("outputs").map(::tensorOf),
    )

private fun tensorOf(info: Fields) =
    TensorInfo(
        info.text("name"),
        info.list("shape").map { it.long("size") },
        info.text("source"),
        info.text("role"),
    )
