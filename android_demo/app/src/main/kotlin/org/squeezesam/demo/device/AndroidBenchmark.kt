package org.squeezesam.demo.device

import android.content.Context
import android.util.Base64
import android.util.Log
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.squeezesam.EngineFactory
import org.squeezesam.ModelBundle
import org.squeezesam.Photo
import org.squeezesam.android.toPhoto
import org.squeezesam.demo.BuildConfig
import org.squeezesam.demo.Models
import org.squeezesam.demo.benchmark.BenchmarkConsole
import org.squeezesam.demo.benchmark.BenchmarkFailure
import org.squeezesam.demo.benchmark.BenchmarkMode
import org.squeezesam.demo.benchmark.BenchmarkRequest
import org.squeezesam.demo.benchmark.BenchmarkSummary
import org.squeezesam.demo.benchmark.BenchmarkSupplies
import org.squeezesam.demo.benchmark.FailureCode
import org.squeezesam.demo.photo.PhotoReader

/** The benchmark on this phone; the activity and the screen both run it. */
internal class AndroidBenchmark(private val context: Context, private val models: Models) {
    /** Where the result lies when a run has ended. */
    val file: File
        get() = File(context.getExternalFilesDir(null) ?: context.filesDir, "benchmark.json")

    /** Throws [BenchmarkFailure]. */
    suspend fun run(
        extras: Map<String, Any?>,
        progress: (done: Int, total: Int) -> Unit,
    ): BenchmarkSummary =
        withContext(Dispatchers.Default) {
            val console =
                BenchmarkConsole(
                    BenchmarkRequest.runIn(extras),
                    { Base64.encodeToString(it, Base64.NO_WRAP) },
                ) { Log.i(TAG, it) }
            BenchmarkMode(Supplies(), console, file, progress).run(extras)
        }

    private inner class Supplies : BenchmarkSupplies {
        override val probe = AndroidProbe(context)
        override val photoName = PhotoReader.SAMPLE

        override suspend fun photo(): Photo = PhotoReader.sample(context.assets).toPhoto()

        override suspend fun open(name: String?): ModelBundle {
            val wanted = name ?: BuildConfig.BUNDLE
            if (!models.has(wanted)) {
                throw BenchmarkFailure(FailureCode.NO_BUNDLE, "There is no bundle '$wanted'.")
            }
            return models.open(wanted)
        }

        override fun engines(threads: Int?): EngineFactory = models.engines(threads)
    }

    private companion object {
        const val TAG = "SSAM-BENCH"
    }
}
