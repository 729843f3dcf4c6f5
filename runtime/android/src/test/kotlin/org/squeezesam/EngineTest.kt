package org.squeezesam

import java.util.concurrent.CancellationException
import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Test

/** Engines in Kotlin, called back from the core. */
class EngineTest {
    private val engine = FakeEngine()

    private fun failureOfEngine(thrown: Throwable): Throwable =
        runBlocking {
            segmenterWith(engine).use { segmenter ->
                segmenter.open(squarePhoto()).use { session ->
                    engine.during = { throw thrown }
                    val failure = failureOf { session.predict().close() }
                    engine.during = {}
                    session.predict().close()
                    failure
                }
            }
        }

    @Test
    fun `what the engine throws becomes its message, with the exception as the cause`() {
        val thrown = IllegalStateException("the delegate\n  went away")
        val failure = failureOfEngine(thrown)
        assertEquals(
            "the program 'heat' failed: the delegate went away",
            failure.message,
        )
        assertTrue(failure is SegmentationException.EngineFailed)
        assertSame(thrown, failure.cause)
    }

    @Test
    fun `messages that are long, empty or not plain ASCII arrive as they should`() {
        val prefix = "the program 'heat' failed: "
        val odd = "größer 🐈\u0000 und weiter"
        assertEquals("${prefix}größer 🐈  und weiter", failureOfEngine(Exception(odd)).message)
        assertEquals("${prefix}ArithmeticException", failureOfEngine(ArithmeticException()).message)
        // 511 bytes are three bytes short of 171 times three: no character is torn apart.
        val long = failureOfEngine(Exception("€".repeat(1000)))
        assertEquals(prefix + "€".repeat(170), long.message)
        val unpaired = failureOfEngine(Exception("a\ud83db"))
        assertEquals("${prefix}a?b", unpaired.message)
    }

    @Test
    fun `running out of memory and cancelling inside the engine keep their types`() {
        val memory = OutOfMemoryError("no room")
        val failure = failureOfEngine(memory)
        assertTrue(failure is SegmentationException.OutOfMemory)
        assertSame(memory, failure.cause)
        val cancelled = failureOfEngine(CancellationException("later"))
        assertTrue(cancelled is SegmentationException.Cancelled)
        assertTrue(failureOfEngine(StackOverflowError()) is SegmentationException.EngineFailed)
    }

    @Test
    fun `outputs that are not numbers are an engine's failure`() =
        runBlocking {
            segmenterWith(engine).use { segmenter ->
                segmenter.open(squarePhoto()).use { session ->
                    session.addPoint(40.0, 40.0)
                    engine.masksAre = Float.NaN
                    val failure = failureOf { session.predict().close() }
                    assertEquals(
                        "the program 'segment' returned a value in 'masks' that is not a number",
                        failure.message,
                    )
                }
            }
        }

    @Test
    fun `an engine is closed once, after the last session`() =
        runBlocking {
            val segmenter = segmenterWith(engine)
            val first = segmenter.open(squarePhoto())
            val second = segmenter.open(squarePhoto())
            segmenter.close()
            first.close()
            second.predict().close()
            assertEquals(0, engine.closings.get())
            second.close()
            second.close()
            assertEquals(1, engine.closings.get())
        }

    @Test
    fun `an engine that throws while it closes does no harm`() =
        runBlocking {
            val stubborn =
                object : Engine by engine {
                    override fun close() = throw IllegalStateException("not now")
                }
            segmenterWith(stubborn).use { it.open(squarePhoto()).close() }
        }

    @Test
    fun `one engine call at a time unless the engine can do more`() =
        runBlocking {
            for (concurrent in listOf(false, true)) {
                val many = FakeEngine(concurrent)
                val met = CountDownLatch(2)
                many.during = {
                    met.countDown()
                    if (concurrent) met.await() else Thread.sleep(5)
                }
                segmenterWith(many).use { segmenter ->
                    List(2) {
                        async(Dispatchers.IO) {
                            segmenter.open(squarePhoto()).use { session ->
                                session.addPoint(40.0, 40.0)
                                session.predict().close()
                            }
                        }
                    }.awaitAll()
                }
                assertEquals(if (concurrent) 2 else 1, many.mostInside.get())
            }
        }
}
