@file:Suppress("unused")

package androidx.compose.ui.platform

import android.content.Context
import androidx.compose.runtime.ProvidableCompositionLocal
import androidx.compose.ui.hapticfeedback.HapticFeedback

public interface ViewConfiguration {
    public val longPressTimeoutMillis: Long
    public val touchSlop: Float
}

public val LocalContext: ProvidableCompositionLocal<Context>
    get() = throw UnsupportedOperationException()

public val LocalHapticFeedback: ProvidableCompositionLocal<HapticFeedback>
    get() = throw UnsupportedOperationException()
