package androidx.compose.foundation.gestures

import androidx.compose.ui.input.pointer.AwaitPointerEventScope
import androidx.compose.ui.input.pointer.PointerEventPass
import androidx.compose.ui.input.pointer.PointerInputChange
import androidx.compose.ui.input.pointer.PointerInputScope

public suspend fun PointerInputScope.awaitEachGesture(
    block: suspend AwaitPointerEventScope.() -> Unit,
): Unit = throw UnsupportedOperationException()

public suspend fun AwaitPointerEventScope.awaitFirstDown(
    requireUnconsumed: Boolean = true,
    pass: PointerEventPass = PointerEventPass.Main,
): PointerInputChange = throw UnsupportedOperationException()
