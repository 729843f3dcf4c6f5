package org.squeezesam.demo

import android.app.Application
import android.net.Uri
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.viewModelScope
import java.io.IOException
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import org.squeezesam.demo.benchmark.BenchmarkFailure
import org.squeezesam.demo.benchmark.BenchmarkSummary
import org.squeezesam.demo.cutout.CutoutFiles
import org.squeezesam.demo.device.AndroidBenchmark

/** What the benchmark screen shows. */
internal sealed interface BenchmarkState {
    data object Idle : BenchmarkState

    class Running(val share: Float) : BenchmarkState

    class Finished(val summary: BenchmarkSummary) : BenchmarkState

    class Failed(val sentence: String) : BenchmarkState
}

/** Runs the benchmark from its screen; a rotation does not stop it. */
internal class BenchmarkViewModel(application: Application) : AndroidViewModel(application) {
    private val benchmark =
        AndroidBenchmark(application, (application as DemoApplication).models)
    private val files = CutoutFiles(application)
    private val mutableState = MutableStateFlow<BenchmarkState>(BenchmarkState.Idle)

    val state: StateFlow<BenchmarkState> = mutableState.asStateFlow()

    /** Does nothing while a run is under way. */
    fun run(runs: Int) {
        if (state.value is BenchmarkState.Running) return
        mutableState.value = BenchmarkState.Running(0f)
        viewModelScope.launch {
            mutableState.value =
                try {
                    val summary =
                        benchmark.run(mapOf("benchmark" to true, "runs" to runs)) { done, total ->
                            mutableState.value = BenchmarkState.Running(done.toFloat() / total)
                        }
                    BenchmarkState.Finished(summary)
                } catch (failure: BenchmarkFailure) {
                    BenchmarkState.Failed(failure.message.orEmpty())
                }
        }
    }

    /** Gives [offer] the result as a file that other apps may read. */
    fun share(offer: (Uri) -> Unit) {
        viewModelScope.launch {
            try {
                offer(files.forSharing(benchmark.file))
            } catch (failure: IOException) {
                mutableState.value = BenchmarkState.Failed(failure.message.orEmpty())
            }
        }
    }
}
