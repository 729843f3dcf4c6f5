@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.compose.ui.semantics

import androidx.compose.ui.Modifier

public interface SemanticsPropertyReceiver

@JvmInline
public value class LiveRegionMode private constructor(private val value: Int) {
    public companion object {
        public val Polite: LiveRegionMode = LiveRegionMode(0)
    }
}

public class CustomAccessibilityAction(public val label: String, public val action: () -> Boolean)

public var SemanticsPropertyReceiver.contentDescription: String
    get() = throw UnsupportedOperationException()
    set(_) = throw UnsupportedOperationException()

public var SemanticsPropertyReceiver.stateDescription: String
    get() = throw UnsupportedOperationException()
    set(_) = throw UnsupportedOperationException()

public var SemanticsPropertyReceiver.liveRegion: LiveRegionMode
    get() = throw UnsupportedOperationException()
    set(_) = throw UnsupportedOperationException()

public var SemanticsPropertyReceiver.customActions: List<CustomAccessibilityAction>
    get() = throw UnsupportedOperationException()
    set(_) = throw UnsupportedOperationException()

public fun SemanticsPropertyReceiver.heading(): Unit = throw UnsupportedOperationException()

public fun Modifier.semantics(
    mergeDescendants: Boolean = false,
    properties: (SemanticsPropertyReceiver.() -> Unit),
): Modifier = throw UnsupportedOperationException()
