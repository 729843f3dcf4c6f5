package org.squeezesam.demo.ui

import android.content.ActivityNotFoundException
import android.net.Uri
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts
import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia
import androidx.compose.material3.SnackbarHostState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import org.squeezesam.demo.EditorEvent
import org.squeezesam.demo.EditorViewModel
import org.squeezesam.demo.R
import org.squeezesam.demo.cutout.CutoutFiles
import org.squeezesam.demo.editor.Problem

/** The editor with the system's pickers, its camera, its share sheet. */
@Composable
internal fun EditorRoute(editing: EditorViewModel, onBenchmark: () -> Unit) {
    val state by editing.editor.state.collectAsStateWithLifecycle()
    val picture by editing.picture.collectAsStateWithLifecycle()
    val snackbars = remember { SnackbarHostState() }
    var cameraTarget by rememberSaveable { mutableStateOf<String?>(null) }
    val pick =
        rememberLauncherForActivityResult(PickVisualMedia()) { photo ->
            if (photo != null) editing.open(photo)
        }
    val capture =
        rememberLauncherForActivityResult(ActivityResultContracts.TakePicture()) { taken ->
            val target = cameraTarget
            if (taken && target != null) editing.open(Uri.parse(target))
        }
    ExportEvents(editing, snackbars)
    ProblemMessages(state.problem, snackbars) { editing.editor.report(null) }
    EditorScreen(
        state = state,
        picture = picture,
        snackbars = snackbars,
        actions =
            EditorActions(
                pick = {
                    editing.asking {
                        pick.launch(PickVisualMediaRequest(PickVisualMedia.ImageOnly))
                    }
                },
                capture = {
                    editing.cameraTarget()?.let {
                        cameraTarget = it.toString()
                        editing.asking { capture.launch(it) }
                    }
                },
                add = editing.editor::add,
                undo = editing.editor::undo,
                redo = editing.editor::redo,
                clear = editing.editor::clear,
                choose = editing.editor::choose,
                save = editing::save,
                share = editing::share,
                benchmark = onBenchmark,
            ),
    )
}

@Composable
private fun ExportEvents(editing: EditorViewModel, snackbars: SnackbarHostState) {
    val context = LocalContext.current
    val shareTitle = stringResource(R.string.share_title)
    val saved = stringResource(R.string.saved)
    val choosePlace =
        rememberLauncherForActivityResult(
            ActivityResultContracts.CreateDocument(CutoutFiles.PNG),
        ) { place ->
            if (place != null) editing.saveTo(place)
        }
    LaunchedEffect(editing) {
        editing.events.collect { event ->
            when (event) {
                is EditorEvent.Share -> share(context, event.file, CutoutFiles.PNG, shareTitle)
                is EditorEvent.AskForPlace ->
                    editing.asking { choosePlace.launch(event.fileName) }
                EditorEvent.Saved -> snackbars.showSnackbar(saved)
            }
        }
    }
}

/** Not every phone has an app for everything. */
private fun EditorViewModel.asking(launch: () -> Unit) {
    try {
        launch()
    } catch (_: ActivityNotFoundException) {
        editor.report(Problem.NO_APP)
    }
}
