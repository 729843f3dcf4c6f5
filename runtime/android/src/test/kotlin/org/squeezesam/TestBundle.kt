package org.squeezesam

import java.io.File

/** What the manifest of a test says. */
data class TestBundle(
    val side: Int = 64,
    val heat: Boolean = true,
    val maxPoints: Int = 8,
    val negativePoints: Boolean = true,
    val box: Boolean = true,
    val target: String = "onnx",
    val schemaVersion: Int = 2,
    val content: String = "weights",
) {
    private val names = if (heat) listOf("heat", "segment") else listOf("segment")

    val manifest: String
        get() {
            val programs =
                mapOf(
                    "heat" to
                        program(
                            "heat",
                            "photo",
                            listOf(input("image", PHOTO, 1, 3, 32, 32)),
                            listOf(output("heatmap", "heat", 1, 1, 32, 32)),
                        ),
                    "segment" to
                        program(
                            "segment",
                            "prompt",
                            listOf(
                                input("image", PHOTO, 1, 3, side, side),
                                input("prompts", """{"kind": "planes"}""", 1, 2, side, side),
                                input("points", """{"kind": "points"}""", 1, maxPoints, 2),
                                input("labels", """{"kind": "labels"}""", 1, maxPoints),
                            ),
                            listOf(
                                output("masks", "masks", 1, 4, side / 4, side / 4),
                                output("scores", "scores", 1, 4),
                            ),
                        ),
                )
            return """
                {"schema_version": $schemaVersion, "name": "test-bundle", "licence": "Apache-2.0",
                 "target": "$target", "backend": "cpu", "precision": "int8",
                 "model": {"preset": "squeezesam"},
                 "prompts": {"max_points": $maxPoints, "click_radius": 2.5, "box_default": 1.0},
                 "capabilities": {"negative_points": $negativePoints, "box": $box,
                                  "automatic": $heat},
                 "programs": {${names.joinToString { programs.getValue(it) }}}}
                """.trimIndent()
        }

    /** The bundle's files by name. */
    val files: Map<String, ByteArray>
        get() =
            mapOf("manifest.json" to manifest.toByteArray()) +
                names.associate { "$it.bin" to onnx("$content of $it") }

    fun write(folder: File): File {
        folder.mkdirs()
        for ((name, bytes) in files) File(folder, name).writeBytes(bytes)
        return folder
    }

    private fun program(
        name: String,
        runs: String,
        inputs: List<String>,
        outputs: List<String>,
    ): String {
        val bytes = onnx("$content of $name")
        val digest = Parts.sha256(bytes)
        return """
            "$name": {"runs": "$runs", "file": "$name.bin", "macs": 7,
                      "inputs": $inputs, "outputs": $outputs,
                      "files": {"$name.bin": {"bytes": ${bytes.size}, "sha256": "$digest"}}}
            """.trimIndent()
    }

    private fun input(name: String, source: String, vararg shape: Int) =
        """{"name": "$name", "shape": ${shape.asList()}, "source": $source}"""

    private fun output(name: String, role: String, vararg shape: Int) =
        """{"name": "$name", "shape": ${shape.asList()}, "role": "$role"}"""

    private companion object {
        const val PHOTO =
            """{"kind": "photo", "channels": "rgb", "range": [0, 255], "normalisation": "folded",
                "padding": {"side": "bottom_right", "value": [124, 116, 104]}}"""
    }
}

/** An ONNX file of one field, its producer's name: the core looks at what an ONNX bundle holds. */
fun onnx(text: String): ByteArray = byteArrayOf(0x12, text.length.toByte()) + text.toByteArray()
