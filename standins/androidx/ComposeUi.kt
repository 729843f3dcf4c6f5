@file:Suppress("unused")

package androidx.compose.ui

import androidx.compose.ui.unit.IntOffset
import androidx.compose.ui.unit.IntSize
import androidx.compose.ui.unit.LayoutDirection

public interface Modifier {
    public infix fun then(other: Modifier): Modifier = outline()

    public companion object : Modifier
}

public fun interface Alignment {
    public fun align(size: IntSize, space: IntSize, layoutDirection: LayoutDirection): IntOffset

    public fun interface Horizontal {
        public fun align(size: Int, space: Int, layoutDirection: LayoutDirection): Int
    }

    public fun interface Vertical {
        public fun align(size: Int, space: Int): Int
    }

    public companion object {
        public val TopStart: Alignment = outline()
        public val TopCenter: Alignment = outline()
        public val Center: Alignment = outline()
        public val Top: Vertical = outline()
        public val CenterVertically: Vertical = outline()
        public val Start: Horizontal = outline()
        public val CenterHorizontally: Horizontal = outline()
    }
}

internal fun outline(): Nothing = throw UnsupportedOperationException("an outline only")
