package org.squeezesam.demo.ui

import android.text.format.Formatter
import androidx.annotation.StringRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import kotlin.time.Duration
import kotlin.time.DurationUnit
import org.squeezesam.Timings
import org.squeezesam.demo.R
import org.squeezesam.demo.editor.EditorState
import org.squeezesam.demo.editor.ModelFacts

/** What the mask cost, stage by stage, and what made it. */
@Composable
internal fun Details(state: EditorState, modifier: Modifier = Modifier) {
    Column(
        modifier.fillMaxWidth().padding(24.dp),
        verticalArrangement = Arrangement.spacedBy(4.dp),
    ) {
        state.selection?.let { MaskTimes(it.timings) }
        state.model?.let { ModelRows(it) }
    }
}

/** The same as a sheet, which may be taller than the screen. */
@Composable
internal fun DetailsSheet(state: EditorState) {
    Details(state, Modifier.verticalScroll(rememberScrollState()))
}

@Composable
private fun MaskTimes(timings: Timings) {
    Heading(R.string.details_times)
    TimeRow(R.string.stage_open, timings.open)
    TimeRow(R.string.stage_clicks, timings.clicks)
    TimeRow(R.string.stage_prompts, timings.prompts)
    for ((program, time) in timings.programs) {
        TimeRow(stringResource(R.string.stage_program, program), time)
    }
    TimeRow(R.string.stage_mask, timings.mask)
    TimeRow(R.string.stage_total, timings.total)
}

@Composable
private fun ModelRows(model: ModelFacts) {
    Heading(R.string.details_model)
    FactRow(R.string.model_name, model.name)
    FactRow(R.string.model_engine, model.engine)
    FactRow(R.string.model_backend, model.backend)
    FactRow(R.string.model_precision, model.precision)
    FactRow(
        R.string.model_input,
        stringResource(R.string.pixels, model.inputSize.width, model.inputSize.height),
    )
    FactRow(
        R.string.model_size,
        Formatter.formatShortFileSize(LocalContext.current, model.bytes),
    )
    FactRow(R.string.model_load, stringResource(R.string.milliseconds, model.loadMillis.toDouble()))
}

@Composable
internal fun Heading(
    @StringRes text: Int,
) {
    Text(
        stringResource(text),
        Modifier.padding(top = 12.dp).semantics { heading() },
        style = MaterialTheme.typography.titleMedium,
    )
}

@Composable
private fun TimeRow(
    @StringRes name: Int,
    time: Duration,
) {
    TimeRow(stringResource(name), time)
}

@Composable
private fun TimeRow(name: String, time: Duration) {
    FactRow(name, stringResource(R.string.milliseconds, time.toDouble(DurationUnit.MILLISECONDS)))
}

@Composable
internal fun FactRow(
    @StringRes name: Int,
    value: String,
) {
    FactRow(stringResource(name), value)
}

@Composable
internal fun FactRow(name: String, value: String) {
    // Read out as one.
    Row(
        Modifier.fillMaxWidth().semantics(mergeDescendants = true) {},
        horizontalArrangement = Arrangement.SpaceBetween,
    ) {
        Text(name)
        Text(value)
    }
}
