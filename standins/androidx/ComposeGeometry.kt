@file:Suppress("unused")

package androidx.compose.ui.geometry

@JvmInline
public value class Offset(public val packedValue: Long) {
    public val x: Float
        get() = throw UnsupportedOperationException()
    public val y: Float
        get() = throw UnsupportedOperationException()

    public operator fun plus(other: Offset): Offset = throw UnsupportedOperationException()

    public operator fun minus(other: Offset): Offset = throw UnsupportedOperationException()

    public companion object {
        public val Zero: Offset = Offset(0L)
    }
}

public fun Offset(x: Float, y: Float): Offset = throw UnsupportedOperationException()

@JvmInline
public value class Size(public val packedValue: Long) {
    public val width: Float
        get() = throw UnsupportedOperationException()
    public val height: Float
        get() = throw UnsupportedOperationException()
}

public fun Size(width: Float, height: Float): Size = throw UnsupportedOperationException()

public data class Rect(val left: Float, val top: Float, val right: Float, val bottom: Float)
