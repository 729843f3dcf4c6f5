@file:Suppress("unused")

package androidx.compose.ui.unit

@JvmInline
public value class Dp(public val value: Float) : Comparable<Dp> {
    override fun compareTo(other: Dp): Int = throw UnsupportedOperationException()

    public companion object {
        public val Unspecified: Dp = Dp(Float.NaN)
    }
}

public val Int.dp: Dp
    get() = throw UnsupportedOperationException()

@JvmInline
public value class IntSize(public val packedValue: Long) {
    public val width: Int
        get() = throw UnsupportedOperationException()
    public val height: Int
        get() = throw UnsupportedOperationException()

    public companion object {
        public val Zero: IntSize = IntSize(0L)
    }
}

public interface Density {
    public val density: Float

    public fun Dp.toPx(): Float = throw UnsupportedOperationException()
}

@JvmInline
public value class IntOffset internal constructor(private val value: Long)

public enum class LayoutDirection { Ltr, Rtl }
