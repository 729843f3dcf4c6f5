package androidx.compose.foundation

import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.drawscope.DrawScope
import standins.Omitted

@Composable
public fun Canvas(modifier: Modifier, onDraw: DrawScope.() -> Unit): Unit =
    throw UnsupportedOperationException()

@Composable
@ReadOnlyComposable
public fun isSystemInDarkTheme(): Boolean = throw UnsupportedOperationException()

public class ScrollState(initial: Int) {
    public val value: Int = initial
}

@Composable
public fun rememberScrollState(initial: Int = 0): ScrollState =
    throw UnsupportedOperationException()

public fun Modifier.verticalScroll(
    state: ScrollState,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
): Modifier = throw UnsupportedOperationException()

public fun Modifier.horizontalScroll(
    state: ScrollState,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
): Modifier = throw UnsupportedOperationException()
