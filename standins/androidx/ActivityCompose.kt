@file:Suppress("unused", "UnusedReceiverParameter")

package androidx.activity.compose

import androidx.activity.BackEventCompat
import androidx.activity.ComponentActivity
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.compose.runtime.Composable
import kotlinx.coroutines.flow.Flow
import standins.Omitted

public fun ComponentActivity.setContent(
    gap: Omitted = Omitted.here,
    content: @Composable () -> Unit,
): Unit = throw UnsupportedOperationException()

@Composable
public fun PredictiveBackHandler(
    enabled: Boolean = true,
    onBack: suspend (progress: @JvmSuppressWildcards Flow<BackEventCompat>) -> Unit,
): Unit = throw UnsupportedOperationException()

public class ManagedActivityResultLauncher<I, O> internal constructor() :
    ActivityResultLauncher<I>()

@Composable
public fun <I, O> rememberLauncherForActivityResult(
    contract: ActivityResultContract<I, O>,
    onResult: (O) -> Unit,
): ManagedActivityResultLauncher<I, O> = throw UnsupportedOperationException()
