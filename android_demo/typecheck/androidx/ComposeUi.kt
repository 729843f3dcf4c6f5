@file:Suppress("unused")

package androidx.compose.ui

public interface Modifier {
    public infix fun then(other: Modifier): Modifier = outline()

    public companion object : Modifier
}

public interface Alignment {
    public interface Horizontal

    public interface Vertical

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
