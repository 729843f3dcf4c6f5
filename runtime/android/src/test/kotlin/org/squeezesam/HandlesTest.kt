package org.squeezesam

import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Native memory: used after closing, closed while in use, forgotten. */
class HandlesTest {
    @Test
    fun `everything says so when it is used after closing`() =
        runBlocking {
            val segmenter = segmenterWith(FakeEngine())
            val session = segmenter.open(squarePhoto())
            val mask = session.predict()
            val bundle = ModelBundle.parse(TestBundle().manifest)
            for (closeable in listOf(mask, session, segmenter, bundle)) {
                closeable.close()
                closeable.close()
            }
            val failures =
                listOf<suspend () -> Unit>(
                    { mask.toByteArray() },
                    { mask.derive(PredictOptions()).close() },
                    { mask.planeOf(0) },
                    { session.predict().close() },
                    { session.undo() },
                    { Segmenter(Engines(FakeEngine())).load { bundle } },
                ).map { failureOf(it) }
            assertTrue(failures.all { it is SegmentationException.WrongState })
            assertEquals(
                listOf("mask", "mask", "mask", "session", "session", "bundle")
                    .map { "the $it has been closed" },
                failures.map { it.message },
            )
            // What was read before stays readable.
            assertEquals(Size(80, 80), mask.size)
            assertEquals("test-bundle", bundle.name)
        }

    @Test
    fun `a handle that is closed while it is used is freed afterwards, once`() {
        val freed = AtomicInteger()
        val handle = NativeHandle(7, "the thing") { freed.addAndGet(it.toInt()) }
        val entered = CountDownLatch(1)
        val exit = CountDownLatch(1)
        val user =
            thread {
                handle.use {
                    entered.countDown()
                    exit.await()
                }
            }
        entered.await()
        handle.close()
        assertEquals(0, freed.get())
        exit.countDown()
        user.join()
        assertEquals(7, freed.get())
        handle.close()
        assertEquals(7, freed.get())
    }

    @Test
    fun `handles that nobody closed are freed when the next ones are made`() {
        val freed = AtomicInteger()
        repeat(10) { NativeHandle(1, "the forgotten") { freed.incrementAndGet() } }
        val deadline = System.nanoTime() + 10_000_000_000
        while (freed.get() < 10 && System.nanoTime() < deadline) {
            System.gc()
            Thread.sleep(5)
            NativeHandle(1, "the next") {}.close()
        }
        assertEquals(10, freed.get())
    }
}
