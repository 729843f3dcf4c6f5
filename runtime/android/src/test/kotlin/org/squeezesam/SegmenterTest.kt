package org.squeezesam

import java.io.IOException
import java.util.concurrent.CountDownLatch
import kotlin.time.Duration
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Loading: the states, what makes them fail, who closes what. */
class SegmenterTest {
    @get:Rule
    val temporary = TemporaryFolder()

    private val engine = FakeEngine()

    private fun parsed(bundle: TestBundle = TestBundle()) = ModelBundle.parse(bundle.manifest)

    @Test
    fun `unloaded, loading, ready and unloaded again`() =
        runBlocking {
            val folder = TestBundle().write(temporary.newFolder())
            val segmenter = Segmenter(Engines(engine))
            assertSame(SegmenterState.Unloaded, segmenter.state.value)
            engine.during = { assertSame(SegmenterState.Loading, segmenter.state.value) }
            segmenter.load(folder, prewarm = true)
            val ready = segmenter.state.value as SegmenterState.Ready
            assertEquals("test-bundle", ready.bundle.name)
            assertEquals(folder, ready.bundle.folder)
            assertTrue(ready.loadTime > Duration.ZERO)
            // Prewarmed: every network has run once.
            assertEquals(listOf(1, 1), engine.runs.values.map { it.get() })
            segmenter.close()
            assertSame(SegmenterState.Unloaded, segmenter.state.value)
            assertNull(segmenter.bundle)
            assertEquals(1, engine.closings.get())
        }

    @Test
    fun `one call makes and loads a segmenter`() =
        runBlocking {
            val folder = TestBundle().write(temporary.newFolder())
            Segmenter.load(folder, Engines(engine), prewarm = false).use { segmenter ->
                assertEquals(listOf(0, 0), engine.runs.values.map { it.get() })
                segmenter.prewarm()
                assertEquals(listOf(1, 1), engine.runs.values.map { it.get() })
            }
        }

    @Test
    fun `a load that fails is a state with the error and another one may follow`() =
        runBlocking {
            val segmenter = Segmenter(Engines(engine))
            val broken = failureOf { segmenter.load { ModelBundle.parse("{") } }
            assertTrue(broken is SegmentationException.UnusableBundle)
            assertSame(broken, (segmenter.state.value as SegmenterState.Failed).error)
            val io = IOException("the card is out")
            val wrapped = failureOf { segmenter.load { throw io } }
            assertEquals("the bundle cannot be opened: the card is out", wrapped.message)
            assertSame(io, wrapped.cause)
            val early = failureOf { segmenter.open(squarePhoto()) }
            assertEquals("no model is loaded yet: call load", early.message)
            segmenter.load { parsed() }
            assertTrue(segmenter.state.value is SegmenterState.Ready)
            segmenter.close()
        }

    @Test
    fun `an engine that cannot be made says why`() =
        runBlocking {
            for (thrown in listOf(
                IOException("no such operator"),
                UnsatisfiedLinkError("libx.so"),
            )) {
                val factory =
                    object : EngineFactory by Engines(engine) {
                        override fun create(bundle: ModelBundle): Engine = throw thrown
                    }
                val failure = failureOf { Segmenter(factory).load { parsed() } }
                assertSame(thrown, failure.cause)
                val sentence =
                    if (thrown is IOException) {
                        "the test engine cannot load 'test-bundle': no such operator"
                    } else {
                        "the test engine is not available here: libx.so"
                    }
                assertEquals(sentence, failure.message)
            }
        }

    @Test
    fun `an engine that fails its first run is closed and the load fails`() =
        runBlocking {
            engine.during = { throw IllegalStateException("no kernel") }
            val failure = failureOf { Segmenter(Engines(engine)).load(prewarm = true) { parsed() } }
            assertEquals("the program 'heat' failed: no kernel", failure.message)
            assertEquals(1, engine.closings.get())
        }

    @Test
    fun `loading another bundle lets go of the former one, but not of its sessions`() =
        runBlocking {
            val other = FakeEngine()
            val engines = ArrayDeque(listOf(engine, other))
            val factory =
                object : EngineFactory by Engines(engine) {
                    override fun create(bundle: ModelBundle) = engines.removeFirst()
                }
            val segmenter = Segmenter(factory)
            segmenter.load { parsed() }
            val session = segmenter.open(squarePhoto())
            segmenter.load { parsed(TestBundle(side = 128)) }
            assertEquals(Size(128, 128), segmenter.bundle?.inputSize)
            session.predict().close()
            assertEquals(0, engine.closings.get())
            session.close()
            assertEquals(1, engine.closings.get())
            segmenter.close()
            assertEquals(1, other.closings.get())
        }

    @Test
    fun `a load that is cancelled leaves nothing behind`() =
        runBlocking {
            val segmenter = Segmenter(Engines(engine))
            val opening = launch { segmenter.load { awaitCancellation() } }
            yield()
            assertSame(SegmenterState.Loading, segmenter.state.value)
            opening.cancelAndJoin()
            assertSame(SegmenterState.Unloaded, segmenter.state.value)

            val entered = CountDownLatch(1)
            val exit = CountDownLatch(1)
            engine.during = {
                entered.countDown()
                exit.await()
            }
            val prewarming =
                launch(Dispatchers.IO) { segmenter.load(prewarm = true) { parsed() } }
            entered.await()
            prewarming.cancel()
            exit.countDown()
            prewarming.join()
            assertSame(SegmenterState.Unloaded, segmenter.state.value)
            assertEquals(1, engine.closings.get())
            assertEquals(1, engine.runs.values.sumOf { it.get() })
        }

    @Test
    fun `closing while it loads wins`() =
        runBlocking {
            val segmenter = Segmenter(Engines(engine))
            val entered = CountDownLatch(1)
            val exit = CountDownLatch(1)
            engine.during = {
                entered.countDown()
                exit.await()
            }
            val loading =
                async(Dispatchers.IO) {
                    runCatching { segmenter.load(prewarm = true) { parsed() } }
                }
            entered.await()
            segmenter.close()
            exit.countDown()
            val failure = loading.await().exceptionOrNull()
            assertEquals("the segmenter was closed while it loaded", failure?.message)
            assertSame(SegmenterState.Unloaded, segmenter.state.value)
            assertEquals(1, engine.closings.get())
        }
}
