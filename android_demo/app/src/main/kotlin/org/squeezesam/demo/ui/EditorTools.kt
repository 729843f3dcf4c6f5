package org.squeezesam.demo.ui

import androidx.annotation.DrawableRes
import androidx.annotation.StringRes
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import kotlin.math.roundToInt
import org.squeezesam.demo.R
import org.squeezesam.demo.editor.EditorState
import org.squeezesam.demo.editor.Stage

/** What is shown before there is a photo. */
@Composable
internal fun StartPane(onPick: () -> Unit, onCapture: () -> Unit) {
    Column(
        Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(24.dp),
        verticalArrangement = Arrangement.spacedBy(16.dp, Alignment.CenterVertically),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Text(
            stringResource(R.string.start_title),
            style = MaterialTheme.typography.headlineSmall,
            textAlign = TextAlign.Center,
        )
        Text(stringResource(R.string.start_text), textAlign = TextAlign.Center)
        Button(onClick = onPick) { Text(stringResource(R.string.pick_photo)) }
        OutlinedButton(onClick = onCapture) { Text(stringResource(R.string.take_photo)) }
    }
}

/** What belongs to the app rather than to the mask. */
@Composable
internal fun MenuButtons(
    state: EditorState,
    actions: EditorActions,
    hasDetails: Boolean,
    onDetails: () -> Unit,
) {
    if (state.stage != Stage.EMPTY) {
        ToolButton(R.drawable.ic_photo, R.string.pick_photo, true, actions.pick)
        ToolButton(R.drawable.ic_camera, R.string.take_photo, true, actions.capture)
    }
    if (state.stage != Stage.EMPTY && hasDetails) {
        ToolButton(R.drawable.ic_info, R.string.details, true, onDetails)
    }
    ToolButton(R.drawable.ic_speed, R.string.benchmark, true, actions.benchmark)
}

/** Undo, redo, clear, save, share. */
@Composable
internal fun EditButtons(state: EditorState, actions: EditorActions, modifier: Modifier) {
    Row(modifier.padding(8.dp), horizontalArrangement = Arrangement.SpaceEvenly) {
        ToolButton(R.drawable.ic_undo, R.string.undo, state.canUndo, actions.undo)
        ToolButton(R.drawable.ic_redo, R.string.redo, state.canRedo, actions.redo)
        ToolButton(R.drawable.ic_clear, R.string.clear, state.canClear, actions.clear)
        ToolButton(R.drawable.ic_save, R.string.save, state.canExport, actions.save)
        ToolButton(R.drawable.ic_share, R.string.share, state.canExport, actions.share)
    }
}

/** The masks that the network proposed, with how sure it is of each. */
@Composable
internal fun Candidates(state: EditorState, onChoose: (Int) -> Unit, modifier: Modifier) {
    val selection = state.selection ?: return
    if (selection.isDoubtful) {
        Text(
            stringResource(R.string.doubtful),
            modifier.padding(horizontal = 16.dp),
        )
    }
    Row(
        modifier.horizontalScroll(rememberScrollState()).padding(horizontal = 16.dp),
        horizontalArrangement = Arrangement.spacedBy(8.dp),
    ) {
        for (candidate in selection.candidates) {
            FilterChip(
                selected = candidate.index == selection.chosen,
                onClick = { onChoose(candidate.index) },
                label = {
                    Text(
                        stringResource(
                            R.string.candidate,
                            candidate.index + 1,
                            (candidate.score * 100).roundToInt(),
                        ),
                    )
                },
                enabled = !state.isPredicting,
            )
        }
    }
}

@Composable
internal fun ToolButton(
    @DrawableRes icon: Int,
    @StringRes label: Int,
    isEnabled: Boolean,
    onClick: () -> Unit,
) {
    IconButton(onClick = onClick, enabled = isEnabled) {
        Icon(painterResource(icon), contentDescription = stringResource(label))
    }
}
