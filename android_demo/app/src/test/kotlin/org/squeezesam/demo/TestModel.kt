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
import org.squeezesam.ProgramKind

/** A manifest like the exporter's, for inputs of 128 x 128; photos of that length are not scaled. */
internal fun manifest(
    backgroundClicks: Boolean = true,
    target: String = "executorch",
    schema: Int = 1,
): String =
    """
    {"schema_version": $schema, "name": "discs", "licence": "Apache-2.0",
     "model": {"preset": "squeezesam"}, "target": "$target", "backend": "xnnpack",
     "precision": "int8",
     "input": {"height": 128, "width": 128, "channels": "rgb", "range": [0, 255],
               "normalisation": "folded", "pad_value": [124, 116, 104]},
     "prompts": {"max_points": 8, "click_radius": 2.0, "box_default": 1.0},
     "capabilities": {"negative_points": $backgroundClicks, "box": true, "automatic": true},
     "programs": {
       "segmenter": {"file": "segmenter.pte", "files": [${file("segmenter.pte", 700)}],
         "macs": 1000,
         "inputs": [${tensor("image", 3, 128, 128)}, ${tensor("prompts", 2, 128, 128)},
                    ${tensor("points", 8, 2)}, ${tensor("labels", 8)}],
         "outputs": [${tensor("masks", 4, 32, 32)}, ${tensor("scores", 4)}]},
       "saliency": {"file": "saliency.pte", "files": [${file("saliency.pte", 300)}],
         "macs": 1000,
         "inputs": [${tensor("image", 3, 32, 32)}],
         "outputs": [${tensor("heatmap", 1, 8, 8)}]}}}
    """.trimIndent()

private fun file(name: String, size: Int): String =
    """{"path": "$name", "size": $size, "sha256": "${"ab".repeat(32)}"}"""

private fun tensor(name: String, vararg shape: Int): String =
    """{"name": "$name", "shape": [1, ${shape.joinToString()}], "dtype": "float32"}"""

internal fun bundle(): ModelBundle = ModelBundle.parse(manifest())

internal fun greyPhoto(width: Int = 128, height: Int = 96): Photo =
    Photo(ByteArray(width * height) { 128.toByte() }, width, height, PixelFormat.GRAY)

/**
 * Segments discs round the foreground clicks, without those round the background clicks, and the
 * inside of the box. Each candidate has its own radius. The heat map is hot in the top left.
 */
internal class DiscEngine(private val isFlat: Boolean = false) : Engine {
    val runs = AtomicInteger()
    val saliencyRuns = AtomicInteger()

    /** Where it is set, each run of the segmenter says that it began and waits for a permit. */
    @Volatile
    var gate: Semaphore? = null
    val begun = Semaphore(0)

    @Volatile
    var failure: Throwable? = null

    override fun run(
        program: ProgramKind,
        inputs: List<EngineTensor>,
        outputs: List<EngineTensor>,
    ) {
        failure?.let { throw it }
        if (program == ProgramKind.SALIENCY) {
            saliencyRuns.incrementAndGet()
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
