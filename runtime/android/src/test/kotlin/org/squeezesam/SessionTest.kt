package org.squeezesam

import kotlin.time.Duration
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class SessionTest {
    private val engine = FakeEngine()

    private fun withSession(photo: Photo = squarePhoto(), test: suspend (Session) -> Unit) =
        runBlocking {
            segmenterWith(engine).use { segmenter -> segmenter.open(photo).use { test(it) } }
        }

    @Test
    fun `the automatic mask is the square that stands out`() =
        withSession { session ->
            session.predict().use { mask ->
                assertEquals(Size(80, 80), mask.size)
                assertTrue(mask.isAutomatic)
                assertEquals(session.automaticClicks(), mask.prompts)
                val box = checkNotNull(mask.bounds)
                assertEquals(40.0, box.width.toDouble(), 4.0)
                // Its corners are rounded a little.
                val whole = box.width.toLong() * box.height
                assertTrue(mask.area in whole - 16..whole)
                assertTrue(mask.timings.programs.getValue("heat") > Duration.ZERO)
                assertTrue(mask.timings.total >= mask.timings.programs.getValue("segment"))
            }
            session.predict().use { assertEquals(Duration.ZERO, it.timings.programs["heat"]) }
            assertEquals(1, engine.runs.getValue("heat").get())
        }

    @Test
    fun `the best score is chosen and another candidate can be derived without a network`() =
        withSession { session ->
            session.predict().use { best ->
                assertEquals(3, best.candidate)
                assertEquals(1f, best.score)
                assertEquals(listOf(0.2f, 0.9f, 0.4f, 1f), best.candidates.map { it.score })
                val runs = engine.runs.getValue("segment").get()
                best.derive(PredictOptions(candidate = 0)).use { loose ->
                    assertEquals(0, loose.candidate)
                    assertTrue(loose.area >= best.area)
                    assertEquals(0.2f, loose.score)
                }
                assertEquals(runs, engine.runs.getValue("segment").get())
                assertEquals(16 * 16, best.planeOf(2).size)
            }
        }

    @Test
    fun `the prompts are a state that follows every change`() =
        withSession { session ->
            session.addPoint(40.0, 40.0)
            session.add(Prompt.Background(2.0, 3.0))
            session.add(Prompt.Box(1.0, 2.0, 70.0, 75.0))
            val all =
                listOf(
                    Prompt.Box(1.0, 2.0, 70.0, 75.0),
                    Prompt.Foreground(40.0, 40.0),
                    Prompt.Background(2.0, 3.0),
                )
            assertEquals(all, session.prompts.value)
            session.clear()
            assertEquals(emptyList<Prompt>(), session.prompts.value)
            assertTrue(session.undo())
            assertTrue(session.undo())
            assertEquals(all.drop(1), session.prompts.value)
            assertTrue(session.undo() && session.undo())
            assertFalse(session.undo())
        }

    @Test
    fun `another photo forgets the prompts and a refused one changes nothing`() =
        withSession { session ->
            session.addPoint(40.0, 40.0)
            val failure = failureOf { session.setPhoto(Photo(ByteArray(0), 0, 0)) }
            assertTrue(failure is SegmentationException.UnusablePhoto)
            assertEquals(1, session.prompts.value.size)
            session.setPhoto(squarePhoto(side = 60))
            assertEquals(Size(60, 60), session.size)
            assertEquals(emptyList<Prompt>(), session.prompts.value)
        }

    @Test
    fun `a photo lying on its side is turned upright`() {
        val pixels = ByteArray(4 * 10 * 20) { if (it / 4 / 10 < 10) 255.toByte() else 0 }
        val photo = Photo(java.nio.ByteBuffer.wrap(pixels), 10, 20, orientation = 6)
        assertEquals(Size(20, 10), Size(photo.width, photo.height))
        withSession(photo) { session ->
            assertEquals(Size(20, 10), session.size)
            session.addPoint(15.0, 5.0)
            // The bright upper half has come to lie on the right.
            session.predict(PredictOptions(candidate = 0)).use { mask ->
                val rows = mask.toByteArray().toList().chunked(20)
                assertTrue(rows.all { it.first() == 0.toByte() && it.last() == 255.toByte() })
            }
        }
    }

    @Test
    fun `an empty mask has no box, no contour and nothing to crop to`() =
        withSession { session ->
            engine.masksAre = -50f
            session.addPoint(40.0, 40.0)
            session.predict().use { mask ->
                assertEquals(0L, mask.area)
                assertNull(mask.bounds)
                assertEquals(0, mask.contour().rings.size)
                assertArrayEquals(intArrayOf(6400), mask.toRle().counts)
                val failure = failureOf { mask.cutout(squarePhoto(), CutoutOptions(crop = true)) }
                assertEquals("SSAM_ERROR_STATE", statusOf(failure))
            }
        }

    @Test
    fun `a mask outlives its session and its segmenter`() =
        runBlocking {
            val segmenter = segmenterWith(engine)
            val session = segmenter.open(squarePhoto())
            val mask = session.predict()
            session.close()
            segmenter.close()
            assertEquals(1, engine.closings.get())
            mask.use {
                assertEquals(
                    it.area,
                    it
                        .toByteArray()
                        .count { byte ->
                            byte != 0.toByte()
                        }.toLong(),
                )
            }
        }
}
