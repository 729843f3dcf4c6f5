package org.squeezesam.demo.ui

import androidx.compose.foundation.gestures.awaitEachGesture
import androidx.compose.foundation.gestures.awaitFirstDown
import androidx.compose.ui.input.pointer.AwaitPointerEventScope
import androidx.compose.ui.input.pointer.PointerInputScope
import org.squeezesam.demo.editor.Finger
import org.squeezesam.demo.editor.Touch
import org.squeezesam.demo.editor.TouchInterpreter

/** Tells [onTouch] what the fingers do, until the coroutine is cancelled. */
internal suspend fun PointerInputScope.interpretTouches(onTouch: (Touch) -> Unit) {
    awaitEachGesture { follow(onTouch) }
}

/** From the first finger down to the last one up. */
private suspend fun AwaitPointerEventScope.follow(onTouch: (Touch) -> Unit) {
    val down = awaitFirstDown(requireUnconsumed = false)
    val touch =
        TouchInterpreter(
            Finger(down.position.x, down.position.y),
            viewConfiguration.touchSlop,
        )
    val longPressAt = down.uptimeMillis + viewConfiguration.longPressTimeoutMillis
    var now = down.uptimeMillis
    while (true) {
        val event =
            if (touch.awaitsLongPress) {
                withTimeoutOrNull(longPressAt - now) { awaitPointerEvent() }
            } else {
                awaitPointerEvent()
            }
        if (event == null) {
            touch.rested()?.let(onTouch)
            continue
        }
        val pressed = event.changes.filter { it.pressed }
        now = event.changes.first().uptimeMillis
        when {
            event.changes.any { it.isConsumed } -> {
                touch.cancelled()?.let(onTouch)
                return
            }
            pressed.isEmpty() -> {
                touch.lifted()?.let(onTouch)
                event.changes.forEach { it.consume() }
                return
            }
            else -> {
                touch.moved(pressed.map { Finger(it.position.x, it.position.y) })?.let(onTouch)
                event.changes.forEach { it.consume() }
            }
        }
    }
}
