package org.squeezesam.demo.ui

import android.graphics.Bitmap
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.ModalBottomSheet
import androidx.compose.material3.Scaffold
import androidx.compose.material3.SnackbarHost
import androidx.compose.material3.SnackbarHostState
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import org.squeezesam.Prompt
import org.squeezesam.demo.R
import org.squeezesam.demo.editor.EditorState
import org.squeezesam.demo.editor.Stage

/** What the person can do on the editor's screen. */
internal class EditorActions(
    val pick: () -> Unit,
    val capture: () -> Unit,
    val add: (Prompt) -> Unit,
    val undo: () -> Unit,
    val redo: () -> Unit,
    val clear: () -> Unit,
    val choose: (Int) -> Unit,
    val save: () -> Unit,
    val share: () -> Unit,
    val benchmark: () -> Unit,
)

/** The photo with its tools below, or on a wide screen beside it. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun EditorScreen(
    state: EditorState,
    picture: Bitmap?,
    snackbars: SnackbarHostState,
    actions: EditorActions,
) {
    BoxWithConstraints {
        val isWide = maxWidth >= WIDE
        var detailsAreOpen by rememberSaveable { mutableStateOf(false) }
        Scaffold(
            topBar = {
                TopAppBar(
                    title = { Text(stringResource(R.string.app_name)) },
                    actions = {
                        MenuButtons(state, actions, hasDetails = !isWide) { detailsAreOpen = true }
                    },
                )
            },
            snackbarHost = { SnackbarHost(snackbars) },
        ) { inner ->
            Box(Modifier.fillMaxSize().padding(inner)) {
                when {
                    state.stage == Stage.EMPTY -> StartPane(actions.pick, actions.capture)
                    isWide -> WideEditor(state, picture, actions)
                    else -> TallEditor(state, picture, actions)
                }
            }
        }
        if (detailsAreOpen && !isWide) {
            ModalBottomSheet(onDismissRequest = { detailsAreOpen = false }) { DetailsSheet(state) }
        }
    }
}

@Composable
private fun TallEditor(state: EditorState, picture: Bitmap?, actions: EditorActions) {
    Column(Modifier.fillMaxSize()) {
        PhotoPane(state, picture, actions, Modifier.weight(1f).fillMaxWidth())
        Candidates(state, actions.choose, Modifier.fillMaxWidth())
        EditButtons(state, actions, Modifier.fillMaxWidth())
    }
}

@Composable
private fun WideEditor(state: EditorState, picture: Bitmap?, actions: EditorActions) {
    Row(Modifier.fillMaxSize()) {
        PhotoPane(state, picture, actions, Modifier.weight(1f).fillMaxHeight())
        Column(Modifier.width(SIDE).fillMaxHeight().verticalScroll(rememberScrollState())) {
            EditButtons(state, actions, Modifier.fillMaxWidth())
            Candidates(state, actions.choose, Modifier.fillMaxWidth())
            Details(state)
        }
    }
}

@Composable
private fun PhotoPane(
    state: EditorState,
    picture: Bitmap?,
    actions: EditorActions,
    modifier: Modifier,
) {
    Box(modifier, contentAlignment = Alignment.Center) {
        val size = state.photoSize
        if (picture != null && size != null) {
            PhotoCanvas(picture, size, state, actions, Modifier.fillMaxSize())
        }
        val working = stringResource(R.string.working)
        if (state.stage == Stage.OPENING) {
            CircularProgressIndicator(Modifier.semantics { contentDescription = working })
        } else if (state.isPredicting) {
            LinearProgressIndicator(
                Modifier
                    .align(Alignment.TopCenter)
                    .fillMaxWidth()
                    .semantics { contentDescription = working },
            )
        }
    }
}

/** From here on a screen is wide: a tablet, an unfolded phone, a desktop window. */
private val WIDE = 840.dp
private val SIDE = 360.dp
