package org.squeezesam

import java.util.concurrent.atomic.AtomicInteger

/**
 * Finds what is brighter than the middle of the scale: a deterministic function of the picture.
 * Candidate k is stricter the higher k.
 */
class FakeEngine(override val concurrent: Boolean = false) : Engine {
    /** Called in the middle of every run, to block, to cancel or to throw. */
    @Volatile
    var during: (String) -> Unit = {}

    @Volatile
    var scores = floatArrayOf(0.2f, 0.9f, 0.4f, 1.5f)

    @Volatile
    var masksAre: Float? = null

    val runs = listOf("heat", "segment").associateWith { AtomicInteger() }
    val closings = AtomicInteger()
    val mostInside = AtomicInteger()
    private val inside = AtomicInteger()

    override fun run(program: String, inputs: List<EngineTensor>, outputs: List<EngineTensor>) {
        val now = inside.incrementAndGet()
        mostInside.updateAndGet { maxOf(it, now) }
        try {
            runs.getValue(program).incrementAndGet()
            during(program)
            brightness(inputs[0], outputs[0])
            if (program == "segment") outputs[1].data.put(scores)
        } finally {
            inside.decrementAndGet()
        }
    }

    override fun close() {
        closings.incrementAndGet()
    }

    private fun brightness(image: EngineTensor, output: EngineTensor) {
        val (height, width) = image.shape.takeLast(2).map { it.toInt() }
        val (candidates, rows, columns) = output.shape.takeLast(3).map { it.toInt() }
        for (k in 0 until candidates) {
            for (y in 0 until rows) {
                for (x in 0 until columns) {
                    val pixel = (y * height / rows) * width + x * width / columns
                    val value = (image.data.get(pixel) - 127.5f) / 20f - k
                    output.data.put(masksAre ?: value)
                }
            }
        }
    }
}

/** A bright square in the middle of a dark photo. */
fun squarePhoto(side: Int = 80, orientation: Int = 1): Photo {
    val pixels =
        ByteArray(3 * side * side) { index ->
            val (x, y) = index / 3 % side to index / 3 / side
            val middle = side / 4 until 3 * side / 4
            if (x in middle && y in middle) 230.toByte() else (20 + index % 3).toByte()
        }
    return Photo(pixels, side, side, orientation = orientation)
}

suspend fun segmenterWith(engine: Engine, bundle: TestBundle = TestBundle()): Segmenter {
    val segmenter = Segmenter(Engines(engine))
    segmenter.load(prewarm = false) { ModelBundle.parse(bundle.manifest) }
    return segmenter
}

/** The error that [block] throws; fails if it throws none. */
suspend fun failureOf(block: suspend () -> Unit): Throwable =
    try {
        block()
        null
    } catch (failure: Exception) {
        failure
    } ?: throw AssertionError("nothing was thrown")
