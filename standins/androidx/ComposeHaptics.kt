@file:Suppress("unused")

package androidx.compose.ui.hapticfeedback

@JvmInline
public value class HapticFeedbackType(internal val value: Int) {
    public companion object {
        public val LongPress: HapticFeedbackType
            get() = throw UnsupportedOperationException()
    }
}

public interface HapticFeedback {
    public fun performHapticFeedback(hapticFeedbackType: HapticFeedbackType)
}
