@file:Suppress("unused")

package androidx.compose.ui.input.pointer

import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.platform.ViewConfiguration
import androidx.compose.ui.unit.Density
import kotlin.coroutines.RestrictsSuspension

public enum class PointerEventPass { Initial, Main, Final }

public class PointerInputChange internal constructor() {
    public val uptimeMillis: Long = 0
    public val position: Offset = Offset.Zero
    public val pressed: Boolean = false
    public val isConsumed: Boolean = false

    public fun consume(): Unit = throw UnsupportedOperationException()
}

public class PointerEvent internal constructor(public val changes: List<PointerInputChange>)

@RestrictsSuspension
public interface AwaitPointerEventScope : Density {
    public val viewConfiguration: ViewConfiguration

    public suspend fun awaitPointerEvent(
        pass: PointerEventPass = PointerEventPass.Main,
    ): PointerEvent

    public suspend fun <T> withTimeoutOrNull(
        timeMillis: Long,
        block: suspend AwaitPointerEventScope.() -> T,
    ): T? = throw UnsupportedOperationException()
}

public interface PointerInputScope : Density {
    public val viewConfiguration: ViewConfiguration

    public suspend fun <R> awaitPointerEventScope(block: suspend AwaitPointerEventScope.() -> R): R
}

public fun interface PointerInputEventHandler {
    public suspend operator fun PointerInputScope.invoke()
}

public fun Modifier.pointerInput(key1: Any?, block: PointerInputEventHandler): Modifier =
    throw UnsupportedOperationException()
