package org.squeezesam

import com.google.gson.JsonObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Test

class ManifestVectorsTest {
    @Test
    fun `good and bad manifests`() = Vectors.each("manifests", ::checkManifest)

    private fun checkManifest(case: JsonObject) {
        val wanted = case.text("status") to case.get("sentence")?.asString
        var bundle: ModelBundle? = null
        assertEquals(wanted, outcome { bundle = ModelBundle.parse(case.text("text")) })
        bundle?.use {
            checkInfo(it, case.getAsJsonObject("info"))
            checkPrograms(it, case.list("programs").map { one -> one.asJsonObject })
            assertEquals(case.text("text"), it.manifest)
        }
    }

    private fun checkInfo(bundle: ModelBundle, wanted: JsonObject) {
        assertEquals(wanted.text("name"), bundle.name)
        assertEquals(wanted.text("licence"), bundle.licence)
        assertEquals(wanted.text("preset"), bundle.preset)
        assertEquals(wanted.text("backend"), bundle.backend)
        assertEquals(wanted.text("precision"), bundle.precision)
        assertEquals(wanted.text("target"), bundle.target.label)
        assertEquals(wanted.int("schema_version"), bundle.schemaVersion)
        assertEquals(sizeOf(wanted, "input"), bundle.inputSize)
        assertEquals(sizeOf(wanted, "mask"), bundle.maskSize)
        assertEquals(wanted.int("candidate_count"), bundle.candidateCount)
        assertEquals(wanted.int("max_points"), bundle.maxPoints)
        assertEquals(wanted.number("click_radius"), bundle.clickRadius, 0.0)
        assertEquals(wanted.number("box_default"), bundle.boxDefault.toDouble(), 0.0)
        assertEquals(wanted.get("negative_points").asBoolean, bundle.canNegativePoints)
        assertEquals(wanted.get("box").asBoolean, bundle.canBox)
        assertEquals(wanted.get("automatic").asBoolean, bundle.canAutomatic)
        assertEquals(wanted.get("previous_mask").asBoolean, bundle.canPreviousMask)
    }

    private fun sizeOf(wanted: JsonObject, what: String) =
        Size(wanted.int("${what}_width"), wanted.int("${what}_height"))

    private fun checkPrograms(bundle: ModelBundle, wanted: List<JsonObject>) {
        assertEquals(wanted.map { it.text("name") }, bundle.programs.map { it.name })
        for ((one, program) in wanted.zip(bundle.programs)) {
            assertSame(program, bundle.program(program.name))
            assertEquals(one.text("runs"), program.runs.name.lowercase())
            assertEquals(one.text("path"), program.file.path)
            assertEquals(one.get("file_size").asLong, program.fileSize)
            assertEquals(one.get("macs").asLong, program.macs)
            assertEquals(
                tensorsOf(one, "inputs"),
                program.inputs.map { Triple(it.name, it.shape, it.source) },
            )
            assertEquals(
                tensorsOf(one, "outputs"),
                program.outputs.map { Triple(it.name, it.shape, it.role) },
            )
        }
        assertNull(bundle.program("no such program"))
    }

    private fun tensorsOf(program: JsonObject, name: String) =
        program.list(name).map { it.asJsonArray }.map { tensor ->
            Triple(
                tensor[0].asString,
                tensor[1].asJsonArray.map { it.asLong },
                tensor[2].asString,
            )
        }
}
