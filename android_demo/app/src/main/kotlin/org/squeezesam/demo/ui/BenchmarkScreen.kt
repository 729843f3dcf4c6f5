package org.squeezesam.demo.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.squeezesam.demo.BenchmarkState
import org.squeezesam.demo.R
import org.squeezesam.demo.benchmark.BenchmarkSummary
import org.squeezesam.demo.benchmark.Distribution

/** How fast this phone is, at the touch of a button. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun BenchmarkScreen(
    state: BenchmarkState,
    onRun: () -> Unit,
    onShare: () -> Unit,
    onBack: () -> Unit,
    modifier: Modifier,
) {
    Scaffold(
        modifier = modifier,
        topBar = {
            TopAppBar(
                title = { Text(stringResource(R.string.benchmark)) },
                navigationIcon = { ToolButton(R.drawable.ic_back, R.string.back, true, onBack) },
            )
        },
    ) { inner ->
        Box(Modifier.fillMaxSize().padding(inner), contentAlignment = Alignment.TopCenter) {
            Column(
                Modifier
                    .widthIn(max = 600.dp)
                    .fillMaxWidth()
                    .verticalScroll(rememberScrollState())
                    .padding(24.dp)
                    .semantics { liveRegion = LiveRegionMode.Polite },
                verticalArrangement = Arrangement.spacedBy(8.dp),
            ) {
                Text(stringResource(R.string.benchmark_text))
                Outcome(state, onRun, onShare)
            }
        }
    }
}

/** What the benchmark mode shows while it runs by itself; [share] is null before it begins. */
@Composable
internal fun BenchmarkProgress(share: Float?) {
    Surface(Modifier.fillMaxSize()) {
        Box(contentAlignment = Alignment.Center) { Progress(share) }
    }
}

@Composable
private fun ColumnScope.Outcome(state: BenchmarkState, onRun: () -> Unit, onShare: () -> Unit) {
    if (state is BenchmarkState.Running) {
        Progress(state.share)
        return
    }
    Button(onClick = onRun, modifier = Modifier.align(Alignment.CenterHorizontally)) {
        Text(stringResource(R.string.benchmark_run))
    }
    when (state) {
        is BenchmarkState.Failed -> Text(state.sentence)
        is BenchmarkState.Finished -> {
            Figures(state.summary)
            OutlinedButton(
                onClick = onShare,
                modifier = Modifier.align(Alignment.CenterHorizontally),
            ) {
                Text(stringResource(R.string.benchmark_share))
            }
        }
        else -> Unit
    }
}

@Composable
private fun Figures(summary: BenchmarkSummary) {
    Text(summary.bundle)
    Heading(R.string.benchmark_once)
    OnceRow(R.string.benchmark_cold, summary.coldLoad)
    OnceRow(R.string.benchmark_warm, summary.warmLoad)
    OnceRow(R.string.benchmark_first, summary.first)
    Heading(R.string.benchmark_percentiles)
    SpreadRow(R.string.benchmark_automatic, summary.automatic)
    SpreadRow(R.string.benchmark_tap, summary.tap)
    SpreadRow(stringResource(R.string.stage_program, summary.program), summary.programTimes)
}

@Composable
private fun OnceRow(name: Int, millis: Double) {
    FactRow(name, stringResource(R.string.milliseconds, millis))
}

@Composable
private fun SpreadRow(name: Int, times: Distribution) {
    SpreadRow(stringResource(name), times)
}

@Composable
private fun SpreadRow(name: String, times: Distribution) {
    FactRow(name, stringResource(R.string.spread, times.p50, times.p90, times.p99))
}

@Composable
private fun Progress(share: Float?) {
    val measuring = stringResource(R.string.benchmark_running)
    val described = Modifier.fillMaxWidth().semantics { contentDescription = measuring }
    if (share == null) {
        LinearProgressIndicator(described)
    } else {
        LinearProgressIndicator(progress = { share }, modifier = described)
    }
}
