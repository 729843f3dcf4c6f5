package androidx.compose.ui.layout

import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.IntSize

public fun Modifier.onSizeChanged(onSizeChanged: (IntSize) -> Unit): Modifier =
    throw UnsupportedOperationException()
