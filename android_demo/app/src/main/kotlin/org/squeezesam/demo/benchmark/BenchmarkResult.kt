package org.squeezesam.demo.benchmark

import kotlin.time.Duration
import kotlin.time.DurationUnit
import org.squeezesam.BundleTarget
import org.squeezesam.ModelBundle
import org.squeezesam.Parts
import org.squeezesam.Photo
import org.squeezesam.ProgramRuns
import org.squeezesam.Timings

/** What surrounds the times of a run. */
internal class Circumstances(
    val request: BenchmarkRequest,
    /** End of the run, UTC: `2026-11-21 15:31 UTC`. */
    val date: String,
    val photoName: String,
    val photo: Photo,
    val facts: DeviceFacts,
    val before: DeviceState,
    val after: DeviceState,
    val peakMemoryMib: Double?,
)

/** A run as benchmarks/results/result.schema.json describes it. */
internal fun resultOf(measured: Measured, around: Circumstances): Map<String, Any?> =
    mapOf(
        "schema" to SCHEMA,
        "platform" to "android",
        "run" to around.request.run,
        "date" to around.date,
        "command" to around.request.words,
        "commit" to around.request.commit,
        "machine" to around.facts.toMap(),
        "tools" to around.facts.tools,
        "photo" to
            mapOf(
                "name" to around.photoName,
                "width" to around.photo.width,
                "height" to around.photo.height,
            ),
        "settings" to mapOf("runs" to around.request.runs, "warmup" to around.request.warmup),
        "thermal" to
            mapOf("before" to around.before.thermal, "after" to around.after.thermal),
        "battery" to
            mapOf(
                "before_percent" to around.before.batteryPercent,
                "after_percent" to around.after.batteryPercent,
                "charging" to around.after.isCharging,
                "temperature_c" to around.after.batteryCelsius,
            ),
        "rows" to listOf(rowOf(measured, around)),
    )

/** Version of the schema. */
internal const val SCHEMA: Int = 2

private fun rowOf(measured: Measured, around: Circumstances): Map<String, Any?> {
    val automatic = measured.automatic
    return mapOf(
        "bundle" to bundleOf(measured.bundle),
        "engine" to engineWord(measured.bundle.target),
        "runner" to "app",
        "compute_unit" to null,
        "threads" to around.request.threads,
        "load_ms" to mapOf("cold" to millis(measured.cold), "warm" to millis(measured.warm)),
        "first_prediction_ms" to millis(measured.first),
        "programs_ms" to
            measured.bundle.programs.associate {
                val runs = if (it.runs == ProgramRuns.PROMPT) measured.taps else automatic
                it.name to spread(runs) { time -> time.of(it.name) }
            },
        "automatic_ms" to spread(automatic) { it.total },
        "tap_ms" to spread(measured.taps) { it.total },
        "stages_ms" to
            mapOf(
                "open" to spread(automatic) { it.open },
                "clicks" to spread(automatic) { it.clicks },
                "prompts" to spread(automatic) { it.prompts },
                "mask" to spread(automatic) { it.mask },
            ) +
            measured.bundle.programs.associate {
                it.name to spread(automatic) { time -> time.of(it.name) }
            },
        "peak_memory_mib" to around.peakMemoryMib,
        "energy_mj_per_tap" to null,
    )
}

private fun bundleOf(bundle: ModelBundle): Map<String, Any?> {
    val manifest = bundle.manifest.toByteArray(Charsets.UTF_8)
    val programs = bundle.programs.associate { it.name to it.fileSize }
    return mapOf(
        "name" to bundle.name,
        "sha256" to Parts.sha256(manifest),
        "target" to bundle.target.label,
        "backend" to bundle.backend,
        "precision" to bundle.precision,
        "height" to bundle.inputSize.height,
        "width" to bundle.inputSize.width,
        "main" to
            bundle.programs.first { it.outputs.any { output -> output.role == "masks" } }.name,
        "bytes" to programs + ("bundle" to programs.values.sum() + manifest.size),
    )
}

private fun Timings.of(program: String): Duration = programs.getValue(program)

private fun engineWord(target: BundleTarget): String =
    when (target) {
        BundleTarget.ONNX -> "onnxruntime"
        BundleTarget.EXECUTORCH -> "executorch"
        BundleTarget.COREML -> "coreml"
        BundleTarget.COREAI -> "coreai"
    }

private fun millis(time: Duration): Double = rounded(time.toDouble(DurationUnit.MILLISECONDS))

private fun spread(runs: List<Timings>, stage: (Timings) -> Duration): Map<String, Any> =
    Distribution.of(runs.map(stage)).toMap()
