package org.squeezesam.demo

import android.os.Bundle
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.lifecycleScope
import kotlinx.coroutines.launch
import org.squeezesam.demo.benchmark.BenchmarkFailure
import org.squeezesam.demo.device.AndroidBenchmark
import org.squeezesam.demo.ui.BenchmarkProgress
import org.squeezesam.demo.ui.DemoTheme

/**
 * The benchmark mode of docs/benchmarks.md: started by adb, it runs without a touch, leaves a file,
 * and goes away. It takes nothing from the intent but its extras.
 */
internal class BenchmarkActivity : ComponentActivity() {
    private var share by mutableStateOf<Float?>(null)

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        setContent { DemoTheme { BenchmarkProgress(share) } }
        lifecycleScope.launch {
            try {
                val models = (application as DemoApplication).models
                AndroidBenchmark(this@BenchmarkActivity, models)
                    .run(extras()) { done, total -> share = done.toFloat() / total }
            } catch (_: BenchmarkFailure) {
                // The log has been told; there is nobody else to tell.
            }
            finishAndRemoveTask()
        }
    }

    @Suppress("DEPRECATION") // The extras' types are what is to be found out.
    private fun extras(): Map<String, Any?> {
        val extras = intent.extras ?: return emptyMap()
        return extras.keySet().associateWith { extras.get(it) }
    }
}
