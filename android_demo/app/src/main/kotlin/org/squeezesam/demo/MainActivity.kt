package org.squeezesam.demo

import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.viewModels
import org.squeezesam.demo.ui.DemoScreens
import org.squeezesam.demo.ui.DemoTheme

/** The app. */
internal class MainActivity : ComponentActivity() {
    private val editing: EditorViewModel by viewModels()
    private val benchmarking: BenchmarkViewModel by viewModels()

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        setContent { DemoTheme { DemoScreens(editing, benchmarking) } }
    }
}
