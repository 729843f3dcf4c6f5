package org.squeezesam.demo

import java.util.concurrent.Semaphore
import java.util.concurrent.atomic.AtomicInteger
import org.squeezesam.BundleTarget
import org.squeezesam.Engine
import org.squeezesam.EngineFactory
import org.squeezesam.EngineTensor
import org.squeezesam.ModelBundle
import org.squeezesam.Photo
import org.squeezesam.PixelFormat

/** A manifest like the exporter's, for inputs of 128 x 128; photos of that length are not scaled. */
internal fun manifest(
    backgroundClicks: Boolean = true,
    target: String = "executorch",
    schema: Int = 2,
): String =
    """
    {"schema_version": $schema, "name": "discs", "licence": "Apache-2.0",
     "model": {"preset": "squeezesam"}, "target": "$target", "backend": "xnnpack",
     "precision": "int8",
     "prompts": {"max_points": 8, "click_radius": 2.0, "box_default": 1.0},
     "capabilities": {"negative_points": $backgroundClicks, "box": true, "automatic": true},
     "programs": {
       "heat": {"runs": "photo", "file": "heat.pte", "files": {${file("heat.pte", 300)}},
         "macs": 1000,
         "inputs": [${input("image", PHOTO, 3, 32, 32)}],
         "outputs": [${output("heatmap", "heat", 1, 8, 8)}]},
       "segment": {"runs": "prompt", "file": "segment.pte", "files": {${file("segment.pte", 700)}},
         "macs": 1000,
         "inputs": [${input("image", PHOTO, 3, 128, 128)},
                    ${input("prompts", PLANES, 2, 128, 128)},
                    ${input("points", POINTS, 8, 2)}, ${input("labels", LABELS, 8)}],
         "outputs": [${output("masks", "masks", 4, 32, 32)}, ${output("scores", "scores", 4)}]}}}
    """.trimIndent()

private fun file(name: String, size: Int): String =
    """"$name": {"bytes": $size, "sha256": "${"ab".repeat(32)}"}"""

private const val PHOTO =
    """{"kind": "photo", "channels": "rgb", "range": [0, 255], "normalisation": "folded",
        "padding": {"side": "bottom_right", "value": [124, 116, 104]}}"""
private const val PLANES = """{"kind": "planes"}"""
private const val POINTS = """{"kind": "points"}"""
private const val LABELS = """{"kind": "labels"}"""

private fun input(name: String, source: String, vararg shape: Int): String =
    """{"name": "$name", "shape": [1, ${shape.joinToString()}], "source": $source}"""

private fun output(name: String, role: String, vararg shape: Int): String =
    """{"name": "$name", "shape": [1, ${shape.joinToString()}], "role": "$role"}"""

internal fun bundle(): ModelBundle = ModelBundle.parse(manifest())

internal fun greyPhoto(width: Int = 128, height: Int = 96): Photo =
    Photo(ByteArray(width * height) { 128.toByte() }, width, height, PixelFormat.GRAY)

/**
 * Segments discs round the foreground clicks, without those round the background clicks, and the
 * inside of the box. Each candidate has its own radius. The heat map is hot in the top left.
 */
internal class DiscEngine(private val isFlat: Boolean = false) : Engine {
    val runs = AtomicInteger()
    val heatRuns = AtomicInteger()

    /** Where it is set, each run of the program "segment" says that it began and waits for a permit. */
    @Volatile
    var gate: Semaphore? = null
    val begun = Semaphore(0)

    @Volatile
    var failure: Throwable? = null

    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        failure?.let { throw it }
        if (program == "heat") {
            heatRuns.incrementAndGet()
            repeat(64) {
                outputs[0].data.put(
                    if (!isFlat && it / 8 in 2..3 &&
                        it % 8 in 2..4
                    ) {
                        6f
                    } else {
                        -6f
                    },
                )
            }
        } else {
            segment(inputs, outputs)
        }
    }

    private fun segment(inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        runs.incrementAndGet()
        begun.release()
        gate?.acquire()
        val points = inputs.first { it.name == "points" }.data
        val labels = inputs.first { it.name == "labels" }.data
        val prompts = List(8) { Triple(labels[it], points[2 * it], points[2 * it + 1]) }
        for (radius in RADII) {
            for (cell in 0 until 32 * 32) {
                val (x, y) = (cell % 32) * 4 + 1.5f to (cell / 32) * 4 + 1.5f
                outputs[0].data.put(if (isInside(x, y, radius, prompts)) 8f else -8f)
            }
        }
        SCORES.forEach(outputs[1].data::put)
    }

    private fun isInside(
        x: Float,
        y: Float,
        radius: Float,
        prompts: List<Triple<Float, Float, Float>>,
    ): Boolean {
        val near = { wanted: Float ->
            prompts.any { (label, px, py) ->
                label == wanted && (px - x) * (px - x) + (py - y) * (py - y) <= radius * radius
            }
        }
        val low = prompts.firstOrNull { it.first == 2f }
        val high = prompts.firstOrNull { it.first == 3f }
        val boxed =
            low != null && high != null &&
                x in low.second..high.second && y in low.third..high.third
        return (near(1f) || boxed) && !near(0f)
    }

    companion object {
        val RADII = listOf(8f, 16f, 24f, 32f)
        val SCORES = listOf(0.5f, 0.9f, 0.7f, 0.6f)
        const val BEST = 1
    }
}

internal class DiscEngines(val engine: DiscEngine = DiscEngine()) : EngineFactory {
    override val name: String = "discs"
    override val target: BundleTarget = BundleTarget.EXECUTORCH

    override fun create(bundle: ModelBundle): Engine = engine
}
