package org.squeezesam

import java.io.ByteArrayInputStream
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

class BundleInstallerTest {
    @get:Rule
    val temporary = TemporaryFolder()

    private val root by lazy { File(temporary.root, "models/installed") }
    private val installer by lazy { BundleInstaller(root) }
    private val opened = AtomicInteger()

    private fun reader(bundle: TestBundle): (String) -> InputStream =
        { path ->
            opened.incrementAndGet()
            ByteArrayInputStream(bundle.files[path] ?: throw FileNotFoundException(path))
        }

    private suspend fun install(bundle: TestBundle) =
        installer.install(bundle.files.keys.toList(), reader(bundle))

    private fun folders() = root.list().orEmpty().toList()

    @Test
    fun `a bundle is copied once and opened from the copy afterwards`() =
        runBlocking {
            val bundle = TestBundle()
            val first = install(bundle).use { it.folder }
            assertEquals(listOf(Parts.sha256(bundle.manifest.toByteArray())), folders())
            assertEquals(bundle.files.keys, first.list().orEmpty().toSet())
            val before = opened.get()
            install(bundle).use { assertEquals(first, it.folder) }
            assertEquals(1, opened.get() - before)
        }

    @Test
    fun `another version gets another folder and the former one can be removed`() =
        runBlocking {
            install(TestBundle()).close()
            val newer = install(TestBundle(content = "better weights"))
            assertEquals(2, folders().size)
            installer.removeOthers(newer)
            assertEquals(listOf(newer.folder.name), folders())
            newer.close()
        }

    @Test
    fun `a copy that lost a file is made anew`() =
        runBlocking {
            val folder = install(TestBundle()).use { it.folder }
            File(folder, "segment.bin").delete()
            install(TestBundle()).use { assertEquals(folder, it.folder) }
            assertTrue(File(folder, "segment.bin").isFile)
        }

    @Test
    fun `a bundle that is damaged, incomplete or unreadable leaves nothing behind`() =
        runBlocking {
            val bundle = TestBundle()
            val all = bundle.files.keys.toList()
            val damaged = { path: String ->
                val bytes = bundle.files.getValue(path).copyOf()
                if (path == "heat.bin") bytes[0] = 'W'.code.toByte()
                ByteArrayInputStream(bytes) as InputStream
            }
            val failing = { path: String ->
                if (path == "segment.bin") throw IOException("read error")
                reader(bundle)(path)
            }
            val cases =
                listOf(
                    "SSAM_ERROR_BUNDLE_DAMAGED" to outcome { installer.install(all, damaged) },
                    "SSAM_ERROR_BUNDLE_DAMAGED" to
                        outcome { installer.install(all - "segment.bin", reader(bundle)) },
                    "SSAM_ERROR_BUNDLE" to outcome { installer.install(all, failing) },
                    "SSAM_ERROR_BUNDLE" to
                        outcome { installer.install(all + "missing.bin", reader(bundle)) },
                    "SSAM_ERROR_BUNDLE" to
                        outcome { installer.install(all + "../outside.bin", reader(bundle)) },
                )
            assertEquals(cases.map { it.first }, cases.map { it.second.first })
            assertEquals(
                "the bundle cannot be installed: a file cannot be copied (read error)",
                cases[2].second.second,
            )
            assertEquals(emptyList<String>(), folders())
        }

    @Test
    fun `several that install the same bundle at once all get it`() =
        runBlocking {
            val bundles = List(4) { async(Dispatchers.IO) { install(TestBundle()) } }.awaitAll()
            assertEquals(1, bundles.map { it.folder }.toSet().size)
            assertEquals(1, folders().size)
            bundles.forEach { it.close() }
        }
}
