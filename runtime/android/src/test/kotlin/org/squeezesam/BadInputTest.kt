package org.squeezesam

import java.io.File
import java.nio.ByteBuffer
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Photos, prompts and bundles that make no sense: typed, with the core's sentence. */
class BadInputTest {
    @get:Rule
    val temporary = TemporaryFolder()

    private fun bytes(count: Int) = ByteArray(count)

    private suspend fun check(status: String, sentence: String, block: suspend () -> Unit) {
        val failure = failureOf(block)
        assertEquals(status, statusOf(failure))
        assertEquals(sentence, failure.message)
    }

    @Test
    fun `bad photos`() =
        runBlocking {
            val table =
                listOf(
                    Triple(Photo(bytes(0), 0, 5), "PHOTO", "the photo has no pixels (0x5)"),
                    Triple(Photo(bytes(9), -1, 3), "PHOTO", "the photo has no pixels (-1x3)"),
                    Triple(
                        Photo(bytes(9), 70_000, 1),
                        "PHOTO",
                        "the photo is too large (70000x1): at most 65535 pixels a side and " +
                            "268435456 in all",
                    ),
                    Triple(
                        Photo(bytes(9), 65_535, 65_535),
                        "PHOTO",
                        "the photo is too large (65535x65535): at most 65535 pixels a side and " +
                            "268435456 in all",
                    ),
                    Triple(
                        Photo(bytes(60), 5, 4, stride = 14),
                        "INVALID_ARGUMENT",
                        "the stride 14 is less than a row of 15",
                    ),
                    Triple(
                        Photo(bytes(60), 5, 4, orientation = 9),
                        "INVALID_ARGUMENT",
                        "image.orientation 9 is not 1 to 8",
                    ),
                    Triple(
                        Photo(bytes(59), 5, 4),
                        "INVALID_ARGUMENT",
                        "the buffer of 59 bytes is too small for 4 rows of 15 bytes, one every 15",
                    ),
                    Triple(
                        Photo(ByteBuffer.allocateDirect(63), 5, 4, stride = 15),
                        "INVALID_ARGUMENT",
                        "the stride 15 is less than a row of 20",
                    ),
                    Triple(
                        Photo(ByteBuffer.allocateDirect(80), 5, 4, stride = Int.MAX_VALUE),
                        "INVALID_ARGUMENT",
                        "the buffer of 80 bytes is too small for 4 rows of 20 bytes, one every " +
                            "2147483647",
                    ),
                )
            segmenterWith(FakeEngine()).use { segmenter ->
                for ((photo, status, sentence) in table) {
                    check("SSAM_ERROR_$status", sentence) { segmenter.open(photo) }
                }
            }
        }

    @Test
    fun `every kind of buffer gives the same photo`() =
        runBlocking {
            val pixels = ByteArray(80) { (it * 3).toByte() }
            val direct = ByteBuffer.allocateDirect(90)
            direct.position(6)
            direct.put(pixels)
            direct.position(6)
            direct.limit(86)
            val slice = ByteBuffer.wrap(bytes(5) + pixels + bytes(3), 5, 80).slice()
            val photos =
                listOf(direct, slice, slice.asReadOnlyBuffer(), direct.asReadOnlyBuffer())
                    .map { Photo(it, 5, 4) } + Photo(pixels, 5, 4, PixelFormat.RGBA)
            val found = photos.map { Parts.resize(it, Size(5, 4)).asList() }
            assertEquals(List(photos.size) { found.last() }, found)
            assertTrue(found.last().any { it != 0.toByte() })
        }

    @Test
    fun `prompts that make no sense`() =
        runBlocking {
            segmenterWith(FakeEngine()).use { segmenter ->
                segmenter.open(squarePhoto()).use { session ->
                    check(
                        "SSAM_ERROR_PROMPT",
                        "the click (80, 10) is outside the photo of 80x80 pixels",
                    ) { session.addPoint(80.0, 10.0) }
                    val notANumber = failureOf { session.addPoint(Double.NaN, 1.0) }
                    assertEquals("SSAM_ERROR_PROMPT", statusOf(notANumber))
                    check(
                        "SSAM_ERROR_PROMPT",
                        "the box (9, 9, 9, 20) is empty: the first corner must be left of and " +
                            "above the second",
                    ) { session.setBox(9.0, 9.0, 9.0, 20.0) }
                    check("SSAM_ERROR_INVALID_ARGUMENT", "there is no candidate -1") {
                        session.predict(PredictOptions(candidate = -1)).close()
                    }
                    check(
                        "SSAM_ERROR_INVALID_ARGUMENT",
                        "there is no candidate 4; this model proposes 4, counted from 0",
                    ) { session.predict(PredictOptions(candidate = 4)).close() }
                    assertEquals(emptyList<Prompt>(), session.prompts.value)
                }
            }
        }

    @Test
    fun `what the bundle was not trained for`() =
        runBlocking {
            val bundle = TestBundle(heat = false, negativePoints = false, box = false)
            segmenterWith(FakeEngine(), bundle).use { segmenter ->
                segmenter.open(squarePhoto()).use { session ->
                    check(
                        "SSAM_ERROR_PROMPT_UNSUPPORTED",
                        "this model was not trained for background clicks",
                    ) { session.addPoint(1.0, 1.0, foreground = false) }
                    check(
                        "SSAM_ERROR_PROMPT_UNSUPPORTED",
                        "this model was not trained for boxes",
                    ) { session.setBox(1.0, 1.0, 2.0, 2.0) }
                    check(
                        "SSAM_ERROR_PROMPT_UNSUPPORTED",
                        "this bundle has no heat map: give a click or a box",
                    ) { session.predict().close() }
                }
            }
        }

    @Test
    fun `nothing stands out in a flat photo`() =
        runBlocking {
            segmenterWith(FakeEngine()).use { segmenter ->
                segmenter.open(Photo(ByteArray(300) { 90 }, 10, 10)).use { session ->
                    check(
                        "SSAM_ERROR_NOTHING_STANDS_OUT",
                        "nothing stands out in this photo; give a click or a box",
                    ) { session.predict().close() }
                    assertEquals(emptyList<Prompt>(), session.automaticClicks())
                    session.addPoint(5.0, 5.0)
                    session.predict().close()
                }
            }
        }

    private suspend fun statusOfOpening(folder: File, check: BundleCheck = BundleCheck.HASHES) =
        outcome { ModelBundle.open(folder, check).close() }.first

    @Test
    fun `bundles that cannot be used`() =
        runBlocking {
            val good = TestBundle().write(temporary.newFolder("gut, größer 🐈"))
            assertEquals("SSAM_OK", statusOfOpening(good))
            assertEquals("SSAM_ERROR_BUNDLE", statusOfOpening(File(good, "nowhere")))
            assertEquals("SSAM_ERROR_BUNDLE", statusOfOpening(File("a\u0000b")))
            val newer = TestBundle(schemaVersion = 99).write(temporary.newFolder())
            assertEquals("SSAM_ERROR_BUNDLE_VERSION", statusOfOpening(newer))
            File(good, "heat.bin").writeBytes(onnx("Weights of heat"))
            assertEquals("SSAM_ERROR_BUNDLE_DAMAGED", statusOfOpening(good))
            assertEquals("SSAM_OK", statusOfOpening(good, check = BundleCheck.SIZES))
            File(good, "heat.bin").delete()
            assertEquals(
                "SSAM_ERROR_BUNDLE_DAMAGED",
                statusOfOpening(good, check = BundleCheck.SIZES),
            )
        }

    @Test
    fun `an engine for other bundles is refused before it is made`() =
        runBlocking {
            val segmenter = Segmenter(Engines(FakeEngine(), BundleTarget.EXECUTORCH))
            val failure =
                failureOf { segmenter.load { ModelBundle.parse(TestBundle().manifest) } }
            assertTrue(failure is SegmentationException.EngineUnavailable)
            assertEquals(
                "the test engine executes executorch bundles, 'test-bundle' is for onnx",
                failure.message,
            )
        }
}
