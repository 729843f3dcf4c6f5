@file:Suppress("unused")

package androidx.compose.material3

import android.content.Context
import androidx.annotation.RequiresApi
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.RowScope
import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.painter.Painter
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import standins.Omitted

@RequiresOptIn
@Retention(AnnotationRetention.BINARY)
public annotation class ExperimentalMaterial3Api

public class ColorScheme internal constructor()

public class Typography internal constructor() {
    public val headlineSmall: TextStyle = unsupported()
    public val titleMedium: TextStyle = unsupported()
}

public object MaterialTheme {
    public val colorScheme: ColorScheme
        @Composable
        @ReadOnlyComposable
        get() = unsupported()
    public val typography: Typography
        @Composable
        @ReadOnlyComposable
        get() = unsupported()
}

@Composable
public fun MaterialTheme(
    colorScheme: ColorScheme = MaterialTheme.colorScheme,
    gap: Omitted = Omitted.here,
    typography: Typography = MaterialTheme.typography,
    content: @Composable () -> Unit,
): Unit = unsupported()

public fun lightColorScheme(
    primary: Color = unsupported(),
    gap1: Omitted = Omitted.here,
    secondary: Color = unsupported(),
    gap2: Omitted = Omitted.here,
): ColorScheme = unsupported()

public fun darkColorScheme(
    primary: Color = unsupported(),
    gap1: Omitted = Omitted.here,
    secondary: Color = unsupported(),
    gap2: Omitted = Omitted.here,
): ColorScheme = unsupported()

@RequiresApi(31)
public fun dynamicLightColorScheme(context: Context): ColorScheme = unsupported()

@RequiresApi(31)
public fun dynamicDarkColorScheme(context: Context): ColorScheme = unsupported()

@Composable
public fun Scaffold(
    modifier: Modifier = Modifier,
    topBar: @Composable () -> Unit = {},
    bottomBar: @Composable () -> Unit = {},
    snackbarHost: @Composable () -> Unit = {},
    gap: Omitted = Omitted.here,
    content: @Composable (PaddingValues) -> Unit,
): Unit = unsupported()

@ExperimentalMaterial3Api
@Composable
public fun TopAppBar(
    title: @Composable () -> Unit,
    modifier: Modifier = Modifier,
    navigationIcon: @Composable () -> Unit = {},
    actions: @Composable RowScope.() -> Unit = {},
    gap: Omitted = Omitted.here,
): Unit = unsupported()

@ExperimentalMaterial3Api
@Composable
public fun ModalBottomSheet(
    onDismissRequest: () -> Unit,
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
    content: @Composable ColumnScope.() -> Unit,
): Unit = unsupported()

@Composable
public fun Surface(
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
    content: @Composable () -> Unit,
): Unit = unsupported()

@Composable
public fun Text(
    text: String,
    modifier: Modifier = Modifier,
    color: Color = unsupported(),
    gap1: Omitted = Omitted.here,
    textAlign: TextAlign? = null,
    gap2: Omitted = Omitted.here,
    style: TextStyle = unsupported(),
): Unit = unsupported()

@Composable
public fun Icon(
    painter: Painter,
    contentDescription: String?,
    modifier: Modifier = Modifier,
    tint: Color = unsupported(),
): Unit = unsupported()

@Composable
public fun Button(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
    content: @Composable RowScope.() -> Unit,
): Unit = unsupported()

@Composable
public fun OutlinedButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
    content: @Composable RowScope.() -> Unit,
): Unit = unsupported()

@Composable
public fun IconButton(
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
    content: @Composable () -> Unit,
): Unit = unsupported()

@Composable
public fun FilterChip(
    selected: Boolean,
    onClick: () -> Unit,
    label: @Composable () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    gap: Omitted = Omitted.here,
): Unit = unsupported()

@Composable
public fun CircularProgressIndicator(
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
): Unit = unsupported()

@Composable
public fun LinearProgressIndicator(
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
): Unit = unsupported()

@Composable
public fun LinearProgressIndicator(
    progress: () -> Float,
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
): Unit = unsupported()

public enum class SnackbarDuration { Short, Long, Indefinite }

public enum class SnackbarResult { Dismissed, ActionPerformed }

public class SnackbarHostState {
    public suspend fun showSnackbar(
        message: String,
        actionLabel: String? = null,
        withDismissAction: Boolean = false,
        duration: SnackbarDuration = SnackbarDuration.Short,
    ): SnackbarResult = unsupported()
}

@Composable
public fun SnackbarHost(
    hostState: SnackbarHostState,
    modifier: Modifier = Modifier,
    gap: Omitted = Omitted.here,
): Unit = unsupported()

private fun unsupported(): Nothing = throw UnsupportedOperationException("an outline only")
