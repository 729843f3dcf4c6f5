package org.squeezesam

import com.google.gson.JsonArray
import com.google.gson.JsonObject
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test

/** The shared vectors of sessions: prompts, and whole sessions with recorded network outputs. */
class SessionVectorsTest {
    @Test
    fun `prompts, good and bad`() = Vectors.each("prompts") { runBlocking { checkPrompts(it) } }

    @Test
    fun `whole sessions with recorded outputs`() =
        Vectors.each("sessions") { runBlocking { checkSession(it) } }

    @Test
    fun `a real photo at full size gets the recorded masks bit for bit`() =
        Vectors.each("replay") { runBlocking { checkReplay(it) } }

    @Test
    fun `sessions of other pipelines, every run of them recorded`() =
        Vectors.each("pipelines") { runBlocking { checkPipeline(it) } }

    private suspend fun checkPipeline(case: JsonObject) {
        val steps = case.list("steps").map { it.asJsonObject }
        val engine = PipelineEngine(steps.flatMap { step -> step.list("runs") })
        val photo = photoOf(case, case.hex("photo"))
        var runs = 0
        segmenterOf(case, engine).use { segmenter ->
            segmenter.open(photo).use { session ->
                for (step in steps) {
                    makeCalls(session, step.list("calls"))
                    session.predict(optionsOf(step)).use { checkMask(it, step) }
                    runs += step.list("runs").size()
                    assertEquals(runs, engine.done)
                }
            }
        }
    }

    private suspend fun segmenterOf(case: JsonObject, engine: Engine): Segmenter {
        val manifest = case.text("manifest")
        val segmenter = Segmenter(Engines(engine))
        segmenter.load(prewarm = false) { ModelBundle.parse(manifest) }
        return segmenter
    }

    private suspend fun checkPrompts(case: JsonObject) {
        val engine = ReplayEngine { _, _ -> null }
        val (width, height) = case.int("width") to case.int("height")
        val grey = ByteArray(width * height) { 128.toByte() }
        segmenterOf(case, engine).use { segmenter ->
            segmenter.open(Photo(grey, width, height, PixelFormat.GRAY)).use { session ->
                makeCalls(session, case.list("calls"))
                assertEquals(
                    case.list("prompts").map { promptOf(it.asJsonArray, 0, false) },
                    session.prompts.value,
                )
                session.predict(PredictOptions(candidate = 0)).close()
                checkPoints(engine, case)
            }
        }
    }

    private suspend fun checkSession(case: JsonObject) {
        val outputs = case.getAsJsonObject("outputs")
        val engine = ReplayEngine { _, output -> outputs.floats(output) }
        checkSteps(case, engine, case.hex("photo"))
    }

    private suspend fun checkReplay(case: JsonObject) {
        val blob = Vectors.bytes("replay.bin")
        val part = { range: JsonArray ->
            val (first, count) = range.map { it.asInt }
            blob.copyOfRange(first, first + count)
        }
        val (scale, shift) = case.number("scale").toFloat() to case.number("shift").toFloat()
        val numbers = { range: JsonArray ->
            part(range).map { it * scale + shift }.toFloatArray()
        }
        val steps = case.list("steps").map { it.asJsonObject }
        var run = 0
        val engine =
            ReplayEngine { _, output ->
                when (output) {
                    "heatmap" -> numbers(case.list("heatmap"))
                    "masks" -> numbers(steps[run].list("masks"))
                    else -> steps[run++].numbers("scores").map { it.toFloat() }.toFloatArray()
                }
            }
        checkSteps(case, engine, part(case.list("photo")))
        assertEquals(1, engine.runs["heat"])
        assertEquals(steps.size, run)
    }

    private fun photoOf(case: JsonObject, pixels: ByteArray) =
        Photo(
            pixels,
            case.int("stored_width"),
            case.int("stored_height"),
            orientation = case.int("orientation"),
        )

    /** The RGB photo with straight alpha, as README.md of the vectors has it. */
    private fun withAlpha(case: JsonObject, rgb: ByteArray): Photo {
        val (width, height) = case.int("stored_width") to case.int("stored_height")
        val rgba =
            ByteArray(4 * width * height) { at ->
                val (x, y) = at / 4 % width to at / 4 / width
                val alpha = ((5 * x + 3 * y) % 400 - 70).coerceIn(0, 255)
                if (at % 4 < 3) rgb[at / 4 * 3 + at % 4] else alpha.toByte()
            }
        val orientation = case.int("orientation")
        return Photo(rgba, width, height, PixelFormat.RGBA_STRAIGHT, orientation = orientation)
    }

    private suspend fun cutoutOf(mask: Mask, photo: Photo): String {
        val pixels = mask.cutout(photo).pixels
        return Parts.sha256(ByteArray(pixels.remaining()).also { pixels.get(it) })
    }

    private suspend fun checkSteps(case: JsonObject, engine: ReplayEngine, pixels: ByteArray) {
        val photo = photoOf(case, pixels)
        segmenterOf(case, engine).use { segmenter ->
            segmenter.open(photo).use { session ->
                for (step in case.list("steps").map { it.asJsonObject }) {
                    makeCalls(session, step.list("calls"))
                    session.predict(optionsOf(step)).use { mask ->
                        checkMask(mask, step)
                        assertEquals(step.text("cutout_sha256"), cutoutOf(mask, photo))
                        val straight = cutoutOf(mask, withAlpha(case, pixels))
                        assertEquals(step.text("straight_cutout_sha256"), straight)
                    }
                    checkPoints(engine, step)
                    val planes = engine.seen.getValue("segment.prompts")
                    assertEquals(step.text("planes_sha256"), digestOf(planes))
                }
            }
        }
        val image = { program: String -> digestOf(engine.seen.getValue("$program.image")) }
        assertEquals(case.text("image_sha256"), image("segment"))
        assertEquals(case.text("heat_image_sha256"), image("heat"))
        assertEquals(1, engine.closings.get())
    }

    private fun optionsOf(step: JsonObject): PredictOptions {
        val given = step.getAsJsonObject("options")
        return PredictOptions(
            given.int("candidate").takeIf { it >= 0 },
            given.int("keep_largest") == 1,
            given.get("max_hole_area").asLong,
        )
    }

    private suspend fun makeCalls(session: Session, calls: JsonArray) {
        for (call in calls.map { it.asJsonArray }) {
            val given = numbersOf(call[1])
            val wanted =
                call[2].asString to call[3].asString.takeIf { call[2].asString != "SSAM_OK" }
            val found =
                outcome {
                    when (call[0].asString) {
                        "add_point" -> session.addPoint(given[0], given[1], given[2] == 1.0)
                        "set_box" -> session.setBox(given[0], given[1], given[2], given[3])
                        "clear" -> session.clear()
                        "set_automatic" -> session.setAutomatic(automaticOf(given))
                        "undo" -> assertEquals(given[0] == 1.0, session.undo())
                        else -> throw AssertionError("an unknown call")
                    }
                }
            assertEquals(wanted, found)
        }
    }

    private fun automaticOf(given: List<Double>) =
        if (given[0] == 1.0) {
            AutomaticClicks.Random(given[1].toLong().toUInt())
        } else {
            AutomaticClicks.Centres
        }

    private fun promptOf(numbers: JsonArray, first: Int, automatic: Boolean): Prompt {
        val (x0, y0, x1, y1) = List(4) { numbers[first + 1 + it].asDouble }
        return when (numbers[first].asString) {
            "foreground" -> Prompt.Foreground(x0, y0, automatic)
            "background" -> Prompt.Background(x0, y0, automatic)
            else -> Prompt.Box(x0, y0, x1, y1, automatic)
        }
    }

    private fun checkPoints(engine: ReplayEngine, wanted: JsonObject) {
        val found = engine.seen.getValue("segment.points")
        assertArrayEquals(wanted.floats("points"), found, 1e-5f)
        assertArrayEquals(
            wanted.floats("labels"),
            engine.seen.getValue("segment.labels"),
            0f,
        )
    }

    private suspend fun checkMask(mask: Mask, step: JsonObject) {
        val prompts =
            step.list("prompts").map { it.asJsonArray }.map { promptOf(it, 1, it[0].asInt == 1) }
        assertEquals(prompts.size, mask.prompts.size)
        prompts.zip(mask.prompts).forEach { (wanted, found) -> checkNear(wanted, found) }
        assertEquals(step.int("chosen"), mask.candidate)
        assertEquals(step.number("score"), mask.score.toDouble(), 0.0)
        assertEquals(step.get("area").asLong, mask.area)
        val (x, y, width, height) = step.ints("box")
        assertEquals(PixelRect(x, y, width, height), mask.bounds ?: PixelRect(0, 0, 0, 0))
        val rle = mask.toRle()
        assertEquals(step.text("rle"), rle.string)
        assertArrayEquals(Parts.rleDecode(rle.counts, mask.size), mask.toByteArray(value = 1))
        val logits = mask.toLogits()
        for ((column, row, value) in step.list("logits").map(::numbersOf)) {
            val found = logits[row.toInt() * mask.size.width + column.toInt()]
            assertEquals(value, found.toDouble(), 1e-4)
        }
    }

    /** Automatic clicks are means: exact to 1e-9. */
    private fun checkNear(wanted: Prompt, found: Prompt) {
        val numbers = { prompt: Prompt ->
            when (prompt) {
                is Prompt.Foreground -> doubleArrayOf(1.0, prompt.x, prompt.y)
                is Prompt.Background -> doubleArrayOf(0.0, prompt.x, prompt.y)
                is Prompt.Box -> doubleArrayOf(2.0, prompt.x0, prompt.y0, prompt.x1, prompt.y1)
            }
        }
        assertEquals(wanted.automatic, found.automatic)
        assertArrayEquals(numbers(wanted), numbers(found), 1e-9)
    }
}
