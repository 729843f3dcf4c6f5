package org.squeezesam.demo.benchmark

import kotlin.time.Duration
import kotlin.time.TimeSource
import org.squeezesam.EngineFactory
import org.squeezesam.ModelBundle
import org.squeezesam.Photo
import org.squeezesam.Segmenter
import org.squeezesam.Session
import org.squeezesam.Timings

/** The times of one bundle on one engine. */
internal class Measured(
    val bundle: ModelBundle,
    val cold: Duration,
    val warm: Duration,
    val first: Duration,
    val automatic: List<Timings>,
    val taps: List<Timings>,
)

/**
 * Takes the times, in the order of docs/benchmarks.md.
 *
 * @param open opens the bundle; called for each of the two loads.
 * @param photo decoded, upright.
 * @param tell told what has just been finished: done, total, what.
 */
internal class Measurement(
    private val request: BenchmarkRequest,
    private val engines: EngineFactory,
    private val open: suspend () -> ModelBundle,
    private val photo: Photo,
    private val tell: (done: Int, total: Int, what: String) -> Unit,
) {
    private val total = LOADS + 1 + request.warmup + 2 * request.runs
    private var done = 0

    /** Throws what the library throws. */
    suspend fun take(): Measured {
        val (cold, former) = load()
        former.close()
        val (warm, segmenter) = load()
        return segmenter.use { measure(it, cold, warm) }
    }

    private suspend fun measure(segmenter: Segmenter, cold: Duration, warm: Duration): Measured {
        val start = TimeSource.Monotonic.markNow()
        automatic(segmenter)
        val first = start.elapsedNow()
        finished("first")
        repeat(request.warmup) {
            automatic(segmenter)
            finished("warmup")
        }
        val automatic = List(request.runs) { automatic(segmenter).also { finished("automatic") } }
        val taps =
            segmenter.open(photo).use { session ->
                List(request.runs) { tap(session).also { finished("tap") } }
            }
        return Measured(checkNotNull(segmenter.bundle), cold, warm, first, automatic, taps)
    }

    private suspend fun load(): Pair<Duration, Segmenter> {
        val segmenter = Segmenter(engines)
        val start = TimeSource.Monotonic.markNow()
        segmenter.load(prewarm = false) { open() }
        return (start.elapsedNow() to segmenter).also { finished("load") }
    }

    private suspend fun automatic(segmenter: Segmenter): Timings =
        segmenter.open(photo).use { session -> session.predict().use { it.timings } }

    private suspend fun tap(session: Session): Timings {
        session.clear()
        session.addPoint(photo.width / 2.0, photo.height / 2.0)
        return session.predict().use { it.timings }
    }

    private fun finished(what: String) {
        done += 1
        tell(done, total, what)
    }

    private companion object {
        const val LOADS = 2
    }
}
