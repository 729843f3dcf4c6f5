package androidx.compose.ui.res

import androidx.annotation.DrawableRes
import androidx.annotation.StringRes
import androidx.compose.runtime.Composable
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.ui.graphics.painter.Painter

@Composable
@ReadOnlyComposable
public fun stringResource(
    @StringRes id: Int,
): String = throw UnsupportedOperationException()

@Composable
@ReadOnlyComposable
public fun stringResource(
    @StringRes id: Int,
    vararg formatArgs: Any,
): String = throw UnsupportedOperationException()

@Composable
public fun painterResource(
    @DrawableRes id: Int,
): Painter = throw UnsupportedOperationException()
