@file:Suppress("unused")

package androidx.compose.foundation.layout

import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp

@DslMarker
public annotation class LayoutScopeMarker

@LayoutScopeMarker
public interface RowScope {
    public fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier

    public fun Modifier.align(alignment: Alignment.Vertical): Modifier
}

@LayoutScopeMarker
public interface ColumnScope {
    public fun Modifier.weight(weight: Float, fill: Boolean = true): Modifier

    public fun Modifier.align(alignment: Alignment.Horizontal): Modifier
}

@LayoutScopeMarker
public interface BoxScope {
    public fun Modifier.align(alignment: Alignment): Modifier
}

public interface BoxWithConstraintsScope : BoxScope {
    public val maxWidth: Dp
    public val maxHeight: Dp
}

public object Arrangement {
    public interface Horizontal

    public interface Vertical

    public interface HorizontalOrVertical :
        Horizontal,
        Vertical

    public val Start: Horizontal = unsupported()
    public val Top: Vertical = unsupported()
    public val SpaceBetween: HorizontalOrVertical = unsupported()
    public val SpaceEvenly: HorizontalOrVertical = unsupported()

    public fun spacedBy(space: Dp): HorizontalOrVertical = unsupported()

    public fun spacedBy(space: Dp, alignment: Alignment.Horizontal): Horizontal = unsupported()

    public fun spacedBy(space: Dp, alignment: Alignment.Vertical): Vertical = unsupported()
}

public interface PaddingValues

@Composable
public inline fun Row(
    modifier: Modifier = Modifier,
    horizontalArrangement: Arrangement.Horizontal = Arrangement.Start,
    verticalAlignment: Alignment.Vertical = Alignment.Top,
    content: @Composable RowScope.() -> Unit,
): Unit = throw UnsupportedOperationException()

@Composable
public inline fun Column(
    modifier: Modifier = Modifier,
    verticalArrangement: Arrangement.Vertical = Arrangement.Top,
    horizontalAlignment: Alignment.Horizontal = Alignment.Start,
    content: @Composable ColumnScope.() -> Unit,
): Unit = throw UnsupportedOperationException()

@Composable
public inline fun Box(
    modifier: Modifier = Modifier,
    contentAlignment: Alignment = Alignment.TopStart,
    propagateMinConstraints: Boolean = false,
    content: @Composable BoxScope.() -> Unit,
): Unit = throw UnsupportedOperationException()

@Composable
public fun BoxWithConstraints(
    modifier: Modifier = Modifier,
    contentAlignment: Alignment = Alignment.TopStart,
    propagateMinConstraints: Boolean = false,
    content: @Composable BoxWithConstraintsScope.() -> Unit,
): Unit = throw UnsupportedOperationException()

public fun Modifier.fillMaxSize(fraction: Float = 1f): Modifier = unsupported()

public fun Modifier.fillMaxWidth(fraction: Float = 1f): Modifier = unsupported()

public fun Modifier.fillMaxHeight(fraction: Float = 1f): Modifier = unsupported()

public fun Modifier.width(width: Dp): Modifier = unsupported()

public fun Modifier.widthIn(min: Dp = Dp.Unspecified, max: Dp = Dp.Unspecified): Modifier =
    unsupported()

public fun Modifier.padding(all: Dp): Modifier = unsupported()

public fun Modifier.padding(horizontal: Dp = 0.dp, vertical: Dp = 0.dp): Modifier = unsupported()

public fun Modifier.padding(
    start: Dp = 0.dp,
    top: Dp = 0.dp,
    end: Dp = 0.dp,
    bottom: Dp = 0.dp,
): Modifier = unsupported()

public fun Modifier.padding(paddingValues: PaddingValues): Modifier = unsupported()

private fun unsupported(): Nothing = throw UnsupportedOperationException("an outline only")
