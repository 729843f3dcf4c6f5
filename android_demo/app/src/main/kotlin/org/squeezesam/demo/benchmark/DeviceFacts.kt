package org.squeezesam.demo.benchmark

/** What a phone says about itself. No serial number, no name that a person gave. */
internal data class DeviceFacts(
    /** Such as `Pixel 8`. */
    val model: String,
    /** Such as `Android 15 (SDK 35)`. */
    val system: String,
    /** System on chip; empty where the system does not say. */
    val cpu: String,
    val cores: Int,
    val memoryGib: Double?,
    /** Version of each library that takes part. */
    val tools: Map<String, String?>,
) {
    fun toMap(): Map<String, Any?> =
        mapOf(
            "model" to model,
            "system" to system,
            "cpu" to cpu,
            "cores" to cores,
            "memory_gib" to memoryGib,
        )
}

/** The state of the phone at one moment. */
internal data class DeviceState(
    /** One of the schema's words; see [thermalWord]. */
    val thermal: String,
    val batteryPercent: Double?,
    val isCharging: Boolean?,
    val batteryCelsius: Double?,
)

/** What a benchmark asks the phone. */
internal interface DeviceProbe {
    val facts: DeviceFacts

    fun state(): DeviceState

    /** Text of `/proc/self/status`; null where it cannot be read. */
    fun processStatus(): String?
}

/** Android's thermal status in the words of the schema. */
internal fun thermalWord(status: Int?): String =
    when (status) {
        null -> "unknown"
        0 -> "nominal"
        1, 2 -> "fair"
        3 -> "serious"
        else -> "critical"
    }

/** Largest resident memory of the process in MiB, from the line `VmHWM`. */
internal fun peakMemoryMib(processStatus: String?): Double? =
    processStatus
        ?.lineSequence()
        ?.firstOrNull { it.startsWith("VmHWM:") }
        ?.removePrefix("VmHWM:")
        ?.trim()
        ?.substringBefore(' ')
        ?.toLongOrNull()
        ?.let { it / 1024.0 }
