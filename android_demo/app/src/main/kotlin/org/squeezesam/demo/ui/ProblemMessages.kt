package org.squeezesam.demo.ui

import androidx.annotation.StringRes
import androidx.compose.material3.SnackbarDuration
import androidx.compose.material3.SnackbarHostState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.res.stringResource
import org.squeezesam.demo.R
import org.squeezesam.demo.editor.Problem

/** Shows the problem until it has been read; [onRead] takes it away. */
@Composable
internal fun ProblemMessages(problem: Problem?, snackbars: SnackbarHostState, onRead: () -> Unit) {
    if (problem == null) return
    val sentence = stringResource(sentenceOf(problem))
    LaunchedEffect(problem) {
        snackbars.showSnackbar(sentence, withDismissAction = true, duration = SnackbarDuration.Long)
        onRead()
    }
}

@StringRes
private fun sentenceOf(problem: Problem): Int =
    when (problem) {
        Problem.NOTHING_STANDS_OUT -> R.string.problem_nothing_stands_out
        Problem.NO_BACKGROUND_CLICKS -> R.string.problem_no_background_clicks
        Problem.PROMPT_OUTSIDE -> R.string.problem_prompt_outside
        Problem.PHOTO_UNREADABLE -> R.string.problem_photo_unreadable
        Problem.CUTOUT_EMPTY -> R.string.problem_cutout_empty
        Problem.MODEL_MISSING -> R.string.problem_model_missing
        Problem.MODEL_DAMAGED -> R.string.problem_model_damaged
        Problem.MODEL_TOO_NEW -> R.string.problem_model_too_new
        Problem.ENGINE_UNAVAILABLE -> R.string.problem_engine_unavailable
        Problem.ENGINE_FAILED -> R.string.problem_engine_failed
        Problem.OUT_OF_MEMORY -> R.string.problem_out_of_memory
        Problem.STORAGE -> R.string.problem_storage
        Problem.NO_APP -> R.string.problem_no_app
        Problem.UNEXPECTED -> R.string.problem_unexpected
    }
