package org.squeezesam.demo.refused

import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.input.pointer.AwaitPointerEventScope
import androidx.compose.ui.res.stringResource
import kotlinx.coroutines.delay
import org.squeezesam.demo.R

// The check must refuse each of these; make/android_demo.mk looks for the reasons.

internal fun outsideOfComposition() {
    Text("a composable from a function that is none")
}

@Composable
internal fun insideOfRemember(): String = remember { stringResource(R.string.undo) }

@Composable
internal fun unknownString() {
    Text(stringResource(R.string.there_is_no_such_string))
}

@Composable
internal fun wrongType() {
    Text(7, Modifier)
}

internal suspend fun AwaitPointerEventScope.foreignSuspension() {
    delay(1)
}
