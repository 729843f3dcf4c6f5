package org.squeezesam

import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

/** Cancelling, the latest prompt, several threads at one session. */
class CancellationTest {
    private val engine = FakeEngine()

    /** The engine waits in its next run until [leave]. */
    private class Gate(engine: FakeEngine) {
        val entered = CountDownLatch(1)
        private val exit = CountDownLatch(1)

        init {
            engine.during = {
                entered.countDown()
                exit.await()
            }
        }

        fun leave(engine: FakeEngine) {
            engine.during = {}
            exit.countDown()
        }
    }

    private fun withSession(test: suspend (Session) -> Unit) =
        runBlocking {
            withTimeout(20_000) {
                segmenterWith(engine).use { segmenter ->
                    segmenter.open(squarePhoto()).use { test(it) }
                }
            }
        }

    @Test
    fun `cancelling the coroutine stops the prediction after its stage`() =
        withSession { session ->
            val gate = Gate(engine)
            runBlocking {
                val job = launch(Dispatchers.IO) { session.predict().close() }
                gate.entered.await()
                job.cancel()
                gate.leave(engine)
                job.join()
                assertTrue(job.isCancelled)
            }
            assertEquals(1, engine.runs.getValue("heat").get())
            assertEquals(0, engine.runs.getValue("segment").get())
            session.predict().close()
        }

    @Test
    fun `the latest prediction wins and the one before says that it was cancelled`() =
        withSession { session ->
            val gate = Gate(engine)
            runBlocking {
                val first = async(Dispatchers.IO) { runCatching { session.predict() } }
                gate.entered.await()
                val second =
                    async(start = CoroutineStart.UNDISPATCHED) { session.predict() }
                gate.leave(engine)
                second.await().close()
                val failure = first.await().exceptionOrNull()
                assertTrue("$failure", failure is SegmentationException.Cancelled)
            }
            assertEquals(1, engine.runs.getValue("segment").get())
        }

    @Test
    fun `a tap stops the prediction for the former prompts and none of the taps is lost`() =
        withSession { session ->
            val gate = Gate(engine)
            runBlocking {
                val stale = async(Dispatchers.IO) { runCatching { session.predict() } }
                gate.entered.await()
                val taps =
                    List(3) { tap ->
                        launch(start = CoroutineStart.UNDISPATCHED) {
                            session.addPoint(30.0 + tap, 40.0)
                        }
                    }
                val waiting = async(start = CoroutineStart.UNDISPATCHED) { session.predict() }
                gate.leave(engine)
                taps.forEach { it.join() }
                waiting.await().use { assertEquals(session.prompts.value, it.prompts) }
                assertTrue(stale.await().exceptionOrNull() is SegmentationException.Cancelled)
            }
            assertEquals(
                listOf(30.0, 31.0, 32.0).map { Prompt.Foreground(it, 40.0) },
                session.prompts.value,
            )
        }

    @Test
    fun `of many predictions asked for at once the last one always arrives`() =
        withSession { session ->
            repeat(20) { round ->
                runBlocking {
                    val asked =
                        List(8) {
                            async(Dispatchers.IO, CoroutineStart.UNDISPATCHED) {
                                runCatching { session.predict() }
                            }
                        }
                    val results = asked.map { it.await() }
                    assertTrue("round $round", results.last().isSuccess)
                    results.forEach { result ->
                        result.getOrNull()?.close()
                        result.exceptionOrNull()?.let {
                            assertTrue("$it", it is SegmentationException.Cancelled)
                        }
                    }
                }
            }
        }

    @Test
    fun `cancel stops what is under way, twice is like once, and later calls go on`() =
        withSession { session ->
            session.cancel()
            val gate = Gate(engine)
            runBlocking {
                val asked = async(Dispatchers.IO) { runCatching { session.predict() } }
                gate.entered.await()
                session.cancel()
                session.cancel()
                gate.leave(engine)
                val failure = asked.await().exceptionOrNull()
                assertEquals("the prediction was cancelled", failure?.message)
            }
            session.predict().close()
        }

    @Test
    fun `a waiting call that is cancelled never reaches the core`() =
        withSession { session ->
            val gate = Gate(engine)
            runBlocking {
                val first = async(Dispatchers.IO) { runCatching { session.predict() } }
                gate.entered.await()
                val waiting =
                    launch(start = CoroutineStart.UNDISPATCHED) { session.addPoint(1.0, 1.0) }
                yield()
                waiting.cancelAndJoin()
                gate.leave(engine)
                first.await()
            }
            assertEquals(emptyList<Prompt>(), session.prompts.value)
        }

    @Test
    fun `closing a session in the middle of a prediction stops it and frees it afterwards`() {
        val segmenter = runBlocking { segmenterWith(engine) }
        val session = runBlocking { segmenter.open(squarePhoto()) }
        segmenter.close()
        val gate = Gate(engine)
        runBlocking {
            val asked = async(Dispatchers.IO) { runCatching { session.predict() } }
            gate.entered.await()
            session.close()
            assertEquals(0, engine.closings.get())
            gate.leave(engine)
            assertFalse(asked.await().isSuccess)
            val failure = failureOf { session.addPoint(1.0, 1.0) }
            assertEquals("the session has been closed", failure.message)
        }
        assertEquals(1, engine.closings.get())
    }
}
