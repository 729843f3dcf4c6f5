package org.squeezesam

import java.io.File

/** What the manifest of a test says. */
data class TestBundle(
    val side: Int = 64,
    val saliency: Boolean = true,
    val maxPoints: Int = 8,
    val negativePoints: Boolean = true,
    val box: Boolean = true,
    val target: String = "onnx",
    val schemaVersion: Int = 1,
    val content: String = "weights",
) {
    val manifest: String
        get() {
            val segmenter =
                program(
                    "segmenter",
                    tensor("image", 1, 3, side, side) + ", " + tensor("prompts", 1, 2, side, side) +
                        ", " + tensor("points", 1, maxPoints, 2) + ", " +
                        tensor("labels", 1, maxPoints),
                    tensor("masks", 1, 4, side / 4, side / 4) + ", " + tensor("scores", 1, 4),
                )
            val second =
                program("saliency", tensor("image", 1, 3, 32, 32), tensor("heatmap", 1, 1, 32, 32))
            return """
                {"schema_version": $schemaVersion, "name": "test-bundle", "licence": "Apache-2.0",
                 "target": "$target", "backend": "cpu", "precision": "int8",
                 "model": {"preset": "squeezesam"},
                 "input": {"height": $side, "width": $side, "channels": "rgb", "range": [0, 255],
                           "normalisation": "folded", "pad_value": [124, 116, 104]},
                 "prompts": {"max_points": $maxPoints, "click_radius": 2.5, "box_default": 1.0},
                 "capabilities": {"negative_points": $negativePoints, "box": $box,
                                  "automatic": $saliency},
                 "programs": {$segmenter ${if (saliency) ", $second" else ""}}}
                """.trimIndent()
        }

    /** The bundle's files by name. */
    val files: Map<String, ByteArray>
        get() =
            mapOf("manifest.json" to manifest.toByteArray()) +
                listOf("segmenter", "saliency")
                    .take(if (saliency) 2 else 1)
                    .associate { "$it.bin" to "$content of $it".toByteArray() }

    fun write(folder: File): File {
        folder.mkdirs()
        for ((name, bytes) in files) File(folder, name).writeBytes(bytes)
        return folder
    }

    private fun program(name: String, inputs: String, outputs: String): String {
        val bytes = "$content of $name".toByteArray()
        val digest = Parts.sha256(bytes)
        return """
            "$name": {"file": "$name.bin", "macs": 7, "inputs": [$inputs], "outputs": [$outputs],
                      "files": [{"path": "$name.bin", "size": ${bytes.size}, "sha256": "$digest"}]}
            """.trimIndent()
    }

    private fun tensor(name: String, vararg shape: Int) =
        """{"name": "$name", "shape": [${shape.joinToString()}], "dtype": "float32"}"""
}
