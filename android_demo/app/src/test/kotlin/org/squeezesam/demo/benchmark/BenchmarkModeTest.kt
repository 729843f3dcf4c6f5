package org.squeezesam.demo.benchmark

import java.io.File
import java.util.Base64
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TestTimeSource
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.squeezesam.EngineFactory
import org.squeezesam.ModelBundle
import org.squeezesam.Photo
import org.squeezesam.demo.DiscEngine
import org.squeezesam.demo.DiscEngines
import org.squeezesam.demo.greyPhoto
import org.squeezesam.demo.manifest

/** The benchmark on the real library, with a phone and networks that are played. */
class BenchmarkModeTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val engine = DiscEngine()
    private val lines = mutableListOf<String>()
    private var text = manifest()
    private lateinit var file: File

    @Before
    fun chooseFile() {
        file = File(folder.root, "benchmark.json")
    }

    private val supplies =
        object : BenchmarkSupplies {
            override val probe = PlayedPhone
            override val photoName = "astronaut"

            override suspend fun photo(): Photo = greyPhoto()

            override suspend fun open(name: String?): ModelBundle {
                if (name == "absent") {
                    throw BenchmarkFailure(FailureCode.NO_BUNDLE, "There is no bundle 'absent'.")
                }
                return ModelBundle.parse(text)
            }

            override fun engines(threads: Int?): EngineFactory = DiscEngines(engine)
        }

    private fun start(vararg extras: Pair<String, Any?>) {
        val console =
            BenchmarkConsole("t-1", Base64.getEncoder()::encodeToString) { lines += it }
        val words = mapOf("benchmark" to true, "run" to "t-1") + extras
        runBlocking { BenchmarkMode(supplies, console, file).run(words) }
    }

    private fun startAndFail(vararg extras: Pair<String, Any?>): FailureCode {
        val failure = assertThrows(BenchmarkFailure::class.java) { start(*extras) }
        assertTrue(lines.last(), lines.last().startsWith("t-1 error ${failure.code.word} "))
        assertFalse(file.exists())
        return failure.code
    }

    @Test
    fun `a run measures what the contract says and leaves the same bytes in file and console`() {
        start("runs" to 7, "warmup" to 2, "threads" to 3, "commit" to "1c23778")
        // First, warm-up and automatic ones; then the taps.
        assertEquals(1 + 2 + 7 + 7, engine.runs.get())
        assertEquals(1 + 2 + 7, engine.heatRuns.get())
        assertEquals("t-1 begin 2", lines.first())
        val parts = lines.filter { " part " in it }.map { it.substringAfterLast(' ') }
        assertTrue(parts.dropLast(1).all { it.length == 480 })
        val document = Base64.getDecoder().decode(parts.joinToString(""))
        assertArrayEquals(file.readBytes(), document)
        assertTrue(lines.last().startsWith("t-1 end ${parts.size} "))
        assertTrue(lines.all { it.length <= 588 })
        keepForPython()
    }

    /** `check_benchmark_output.py` reads them with the scripts' own reader and schema. */
    private fun keepForPython() {
        val place = File(requireNotNull(System.getProperty("squeezesam.output")))
        place.mkdirs()
        file.copyTo(File(place, "benchmark.json"), overwrite = true)
        File(place, "console.txt").writeText(lines.joinToString("") { "SSAM-BENCH: $it\n" })
    }

    @Test
    fun `a progress line comes for each kind of work and for the last of all`() {
        start("runs" to 3, "warmup" to 1)
        val progress = lines.filter { " progress " in it }.map { it.split(' ').drop(2) }
        val kinds = listOf("load", "first", "warmup", "automatic", "tap")
        assertEquals(kinds, progress.map { it[2] }.distinct())
        assertEquals(listOf("10", "10", "tap"), progress.last())
    }

    @Test
    fun `what comes quicker than a log can take is left out`() {
        val clock = TestTimeSource()
        val console = BenchmarkConsole("t-1", { "" }, clock) { lines += it }
        repeat(50) { console.progress(it, 100, "tap") }
        assertEquals(1, lines.size)
        clock += 1.seconds
        console.progress(50, 100, "tap")
        console.progress(51, 100, "last")
        assertEquals(3, lines.size)
    }

    @Test
    fun `each failure has its code and leaves no file, not even an old one`() {
        file.writeText("old")
        assertEquals(FailureCode.USAGE, startAndFail("nonsense" to 1))
        file.writeText("old")
        assertEquals(FailureCode.NO_BUNDLE, startAndFail("bundle" to "absent"))
        text = "{}"
        assertEquals(FailureCode.BAD_BUNDLE, startAndFail())
        text = manifest(target = "onnx")
        assertEquals(FailureCode.UNSUPPORTED, startAndFail())
        text = manifest()
        engine.failure = OutOfMemoryError("too much")
        assertEquals(FailureCode.MEMORY, startAndFail())
        engine.failure = IllegalStateException("no\nmore – at all " + "x".repeat(2000))
        assertEquals(FailureCode.FAILED, startAndFail())
        assertTrue(lines.last().all { it in ' '..'~' } && lines.last().length <= 588)
    }

    @Test
    fun `a run that is stopped says so and leaves no file`() {
        val console = BenchmarkConsole("t-1", { "" }) { lines += it }
        runBlocking {
            val run =
                launch(Dispatchers.Default) {
                    BenchmarkMode(supplies, console, file).run(
                        mapOf("benchmark" to true, "runs" to 10_000),
                    )
                }
            withTimeout(20_000) { while (engine.runs.get() < 20) delay(1) }
            run.cancelAndJoin()
        }
        assertEquals("t-1 error failed The benchmark was stopped.", lines.last())
        assertFalse(file.exists())
    }

    @Test
    fun `a result that cannot be written is a failure`() {
        file = File(folder.root, "no/such/folder/benchmark.json")
        assertEquals(FailureCode.FAILED, startAndFail("runs" to 1, "warmup" to 0))
    }

    private object PlayedPhone : DeviceProbe {
        override val facts =
            DeviceFacts("Pixel 8", "Android 15 (SDK 35)", "Tensor G3", 9, 7.6, mapOf("app" to "1"))

        override fun state() = DeviceState("nominal", 80.0, false, 31.5)

        override fun processStatus() = "VmHWM:\t  262144 kB\n"
    }
}
