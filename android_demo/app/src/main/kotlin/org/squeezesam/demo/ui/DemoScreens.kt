package org.squeezesam.demo.ui

import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.net.Uri
import androidx.activity.compose.PredictiveBackHandler
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.graphicsLayer
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import kotlinx.coroutines.CancellationException
import org.squeezesam.demo.BenchmarkViewModel
import org.squeezesam.demo.EditorViewModel
import org.squeezesam.demo.R

/** The editor, and the benchmark behind it. */
@Composable
internal fun DemoScreens(editing: EditorViewModel, benchmarking: BenchmarkViewModel) {
    var benchmarkIsOpen by rememberSaveable { mutableStateOf(false) }
    // How far the back gesture has come: the screen shrinks with it.
    var backing by remember { mutableFloatStateOf(0f) }
    PredictiveBackHandler(enabled = benchmarkIsOpen) { gesture ->
        try {
            gesture.collect { backing = it.progress }
            benchmarkIsOpen = false
        } catch (_: CancellationException) {
            // The person changed their mind.
        } finally {
            backing = 0f
        }
    }
    if (benchmarkIsOpen) {
        BenchmarkRoute(
            benchmarking,
            onBack = { benchmarkIsOpen = false },
            modifier =
                Modifier.fillMaxSize().graphicsLayer {
                    scaleX = 1 - backing / 10
                    scaleY = 1 - backing / 10
                },
        )
    } else {
        EditorRoute(editing, onBenchmark = { benchmarkIsOpen = true })
    }
}

@Composable
private fun BenchmarkRoute(
    benchmarking: BenchmarkViewModel,
    onBack: () -> Unit,
    modifier: Modifier,
) {
    val state by benchmarking.state.collectAsStateWithLifecycle()
    val context = LocalContext.current
    val title = stringResource(R.string.benchmark_share)
    BenchmarkScreen(
        state = state,
        onRun = { benchmarking.run(BENCHMARK_RUNS) },
        onShare = { benchmarking.share { share(context, it, "application/json", title) } },
        onBack = onBack,
        modifier = modifier,
    )
}

/** Opens the share sheet. */
internal fun share(context: Context, file: Uri, type: String, title: String) {
    val send =
        Intent(Intent.ACTION_SEND)
            .setType(type)
            .putExtra(Intent.EXTRA_STREAM, file)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
    // The sheet shows a preview where it may read the file.
    send.clipData = ClipData.newRawUri(title, file)
    context.startActivity(Intent.createChooser(send, title))
}

private const val BENCHMARK_RUNS = 30
