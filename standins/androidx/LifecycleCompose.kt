@file:Suppress("UnusedReceiverParameter")

package androidx.lifecycle.compose

import androidx.compose.runtime.Composable
import androidx.compose.runtime.State
import kotlinx.coroutines.flow.StateFlow
import standins.Omitted

@Composable
public fun <T> StateFlow<T>.collectAsStateWithLifecycle(gap: Omitted = Omitted.here): State<T> =
    throw UnsupportedOperationException()
