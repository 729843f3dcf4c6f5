package org.squeezesam.demo.device

import android.app.ActivityManager
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.BatteryManager
import android.os.Build
import android.os.PowerManager
import java.io.File
import java.io.IOException
import org.squeezesam.demo.BuildConfig
import org.squeezesam.demo.benchmark.DeviceFacts
import org.squeezesam.demo.benchmark.DeviceProbe
import org.squeezesam.demo.benchmark.DeviceState
import org.squeezesam.demo.benchmark.thermalWord

/** The phone that the app runs on. */
internal class AndroidProbe(private val context: Context) : DeviceProbe {
    override val facts: DeviceFacts
        get() =
            DeviceFacts(
                model = Build.MODEL,
                system = "Android ${Build.VERSION.RELEASE} (SDK ${Build.VERSION.SDK_INT})",
                cpu = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) Build.SOC_MODEL else "",
                cores = Runtime.getRuntime().availableProcessors(),
                memoryGib = memory() / GIB,
                tools =
                    mapOf(
                        "squeezesam-demo" to BuildConfig.VERSION_NAME,
                        "executorch" to BuildConfig.EXECUTORCH,
                    ),
            )

    override fun state(): DeviceState {
        val battery = context.registerReceiver(null, IntentFilter(Intent.ACTION_BATTERY_CHANGED))
        return DeviceState(
            thermal = thermalWord(thermalStatus()),
            batteryPercent = battery?.let(::percent),
            isCharging =
                battery
                    ?.getIntExtra(BatteryManager.EXTRA_PLUGGED, -1)
                    ?.takeIf { it >= 0 }
                    ?.let { it != 0 },
            batteryCelsius =
                battery
                    ?.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, Int.MIN_VALUE)
                    ?.takeIf { it != Int.MIN_VALUE }
                    ?.let { it / 10.0 },
        )
    }

    override fun processStatus(): String? =
        try {
            File("/proc/self/status").readText()
        } catch (_: IOException) {
            null
        }

    private fun percent(battery: Intent): Double? {
        val level = battery.getIntExtra(BatteryManager.EXTRA_LEVEL, -1)
        val scale = battery.getIntExtra(BatteryManager.EXTRA_SCALE, -1)
        return if (level in 0..scale && scale > 0) 100.0 * level / scale else null
    }

    private fun thermalStatus(): Int? {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return null
        val power = context.getSystemService(Context.POWER_SERVICE) as? PowerManager
        return power?.currentThermalStatus
    }

    private fun memory(): Double {
        val info = ActivityManager.MemoryInfo()
        val manager = context.getSystemService(Context.ACTIVITY_SERVICE) as ActivityManager
        manager.getMemoryInfo(info)
        return info.totalMem.toDouble()
    }

    private companion object {
        const val GIB = 1024.0 * 1024 * 1024
    }
}
