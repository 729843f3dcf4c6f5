package androidx.compose.ui.text.style

@JvmInline
public value class TextAlign private constructor(private val value: Int) {
    public companion object {
        public val Center: TextAlign = TextAlign(3)
    }
}
