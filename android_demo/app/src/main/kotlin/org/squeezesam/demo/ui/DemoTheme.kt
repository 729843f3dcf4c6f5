package org.squeezesam.demo.ui

import android.os.Build
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.dynamicDarkColorScheme
import androidx.compose.material3.dynamicLightColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalContext

private val Light =
    lightColorScheme(primary = Color(0xFF00696E), secondary = Color(0xFF4A6364))
private val Dark =
    darkColorScheme(primary = Color(0xFF4CD9E1), secondary = Color(0xFFB1CBCD))

/** Light or dark as the phone is, in the colours of its wallpaper where Android has them. */
@Composable
internal fun DemoTheme(content: @Composable () -> Unit) {
    val dark = isSystemInDarkTheme()
    val colors =
        when {
            Build.VERSION.SDK_INT < Build.VERSION_CODES.S -> if (dark) Dark else Light
            dark -> dynamicDarkColorScheme(LocalContext.current)
            else -> dynamicLightColorScheme(LocalContext.current)
        }
    MaterialTheme(colorScheme = colors, content = content)
}
