package org.squeezesam.demo.benchmark

import java.io.File
import java.io.IOException
import java.text.SimpleDateFormat
import java.util.Date
import java.util.Locale
import java.util.TimeZone
import kotlinx.coroutines.CancellationException
import org.squeezesam.EngineFactory
import org.squeezesam.ModelBundle
import org.squeezesam.Photo
import org.squeezesam.SegmentationException

/** Where a benchmark finds what it needs. */
internal interface BenchmarkSupplies {
    val probe: DeviceProbe

    /** Name of the photo in the result. */
    val photoName: String

    /** Decodes the photo, upright. */
    suspend fun photo(): Photo

    /**
     * Opens a bundle.
     *
     * @throws BenchmarkFailure with the code no-bundle where there is none of that name.
     */
    suspend fun open(name: String?): ModelBundle

    /** @param threads null: the engine's choice. */
    fun engines(threads: Int?): EngineFactory
}

/**
 * Runs one benchmark from its request to the file with its result.
 *
 * @param file where the result goes, whole or not at all.
 * @param progress told what is being done, beside the console.
 */
internal class BenchmarkMode(
    private val supplies: BenchmarkSupplies,
    private val console: BenchmarkConsole,
    private val file: File,
    private val progress: (done: Int, total: Int) -> Unit = { _, _ -> },
) {
    /**
     * Takes the request's extras; see [BenchmarkRequest.parse].
     *
     * @throws BenchmarkFailure after the console has been told.
     */
    suspend fun run(extras: Map<String, Any?>): BenchmarkSummary =
        telling {
            remove()
            console.begin()
            measure(BenchmarkRequest.parse(extras))
        }

    private suspend fun measure(request: BenchmarkRequest): BenchmarkSummary {
        val photo = supplies.photo()
        // Copied out of the app's assets, and verified, before anything is timed.
        supplies.open(request.bundle).close()
        val before = supplies.probe.state()
        val measured =
            Measurement(
                request,
                supplies.engines(request.threads),
                { supplies.open(request.bundle) },
                photo,
            ) { done, total, what ->
                console.progress(done, total, what)
                progress(done, total)
            }.take()
        val around =
            Circumstances(
                request = request,
                date = utc(Date()),
                photoName = supplies.photoName,
                photo = photo,
                facts = supplies.probe.facts,
                // Memory first: reading the battery takes some too.
                peakMemoryMib = peakMemoryMib(supplies.probe.processStatus()),
                before = before,
                after = supplies.probe.state(),
            )
        val document = jsonOf(resultOf(measured, around)).toByteArray(Charsets.US_ASCII)
        write(document)
        console.end(document)
        return BenchmarkSummary.of(measured)
    }

    private suspend fun <T> telling(action: suspend () -> T): T =
        try {
            action()
        } catch (cancelled: CancellationException) {
            // Somebody closed the screen: the script need not wait for more.
            console.error(BenchmarkFailure(FailureCode.FAILED, "The benchmark was stopped."))
            throw cancelled
        } catch (failure: Throwable) {
            val known = failure as? BenchmarkFailure ?: failureOf(failure)
            console.error(known)
            throw known
        }

    private fun remove() {
        if (file.exists() && !file.delete()) throw IOException("$file cannot be removed")
    }

    private fun write(document: ByteArray) {
        val partial = File(file.path + ".partial")
        partial.writeBytes(document)
        if (!partial.renameTo(file)) throw IOException("$file cannot be written")
    }

    private fun utc(date: Date): String {
        val format = SimpleDateFormat("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
        format.timeZone = TimeZone.getTimeZone("UTC")
        return format.format(date)
    }
}

private fun failureOf(failure: Throwable): BenchmarkFailure {
    val code =
        when (failure) {
            is SegmentationException.UnusableBundle -> FailureCode.BAD_BUNDLE
            is SegmentationException.EngineUnavailable -> FailureCode.UNSUPPORTED
            is SegmentationException.OutOfMemory, is OutOfMemoryError -> FailureCode.MEMORY
            else -> FailureCode.FAILED
        }
    val sentence = failure.message ?: failure.javaClass.simpleName
    return BenchmarkFailure(code, sentence, failure)
}
