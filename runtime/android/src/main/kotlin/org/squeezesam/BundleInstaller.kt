package org.squeezesam

import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/**
 * Copies bundles that are not files (an app's assets, a download) into folders under [root], which
 * engines can read. The folder's name is the sha256 of the manifest, which lists the sha256 of
 * every file: another version of a bundle gets another folder, the same one is copied once.
 *
 * A folder appears whole and verified or not at all, whenever the app is killed and however many
 * threads or processes install the same bundle.
 */
public class BundleInstaller(private val root: File) {
    /**
     * Installs the bundle that consists of the files [paths], `manifest.json` among them, and opens
     * it. [open] reads one of them. A bundle that is there already is opened without comparing
     * sha256 again.
     *
     * Throws [SegmentationException.UnusableBundle] and its kinds, also where a file cannot be
     * read or written.
     */
    public suspend fun install(
        paths: List<String>,
        open: (path: String) -> InputStream,
    ): ModelBundle =
        withContext(Dispatchers.IO) {
            try {
                val manifest = open(MANIFEST).use { it.readBytes() }
                val folder = File(root, Parts.sha256(manifest))
                reopen(folder) ?: copy(paths, folder, open)
            } catch (missing: FileNotFoundException) {
                throw unusable("a file is missing", missing)
            } catch (failure: IOException) {
                throw unusable("a file cannot be copied", failure)
            }
        }

    /** Removes all installed bundles but [keep]. */
    public suspend fun removeOthers(keep: ModelBundle): Unit =
        withContext(Dispatchers.IO) {
            root
                .listFiles()
                .orEmpty()
                .filter { it != keep.folder }
                .forEach { it.deleteRecursively() }
        }

    private suspend fun reopen(folder: File): ModelBundle? {
        if (!folder.isDirectory) return null
        return try {
            ModelBundle.open(folder, check = BundleCheck.SIZES)
        } catch (_: SegmentationException.UnusableBundle) {
            folder.deleteRecursively()
            null
        }
    }

    private suspend fun copy(
        paths: List<String>,
        folder: File,
        open: (String) -> InputStream,
    ): ModelBundle {
        if (!root.isDirectory && !root.mkdirs() && !root.isDirectory) {
            throw IOException("$root cannot be made")
        }
        val partial = File.createTempFile("installing", "", root)
        try {
            partial.delete()
            if (!partial.mkdir()) throw IOException("$partial cannot be made")
            for (path in paths) {
                currentCoroutineContext().ensureActive()
                copyFile(path, partial, open)
            }
            ModelBundle.open(partial, check = BundleCheck.HASHES).close()
            // Somebody else may have been quicker: then theirs is as good.
            if (!partial.renameTo(folder) && !folder.isDirectory) {
                throw IOException("$folder cannot be made")
            }
        } finally {
            partial.deleteRecursively()
        }
        return ModelBundle.open(folder, check = BundleCheck.SIZES)
    }

    private fun copyFile(path: String, into: File, open: (String) -> InputStream) {
        val target = File(into, path)
        if (!target.canonicalPath.startsWith(into.canonicalPath + File.separator)) {
            throw IOException("$path leads out of the bundle")
        }
        target.parentFile?.mkdirs()
        open(path).use { from -> target.outputStream().use { from.copyTo(it) } }
    }

    private fun unusable(what: String, cause: IOException) =
        SegmentationException.UnusableBundle(
            "the bundle cannot be installed: $what (${cause.message})",
            cause,
        )

    private companion object {
        const val MANIFEST = "manifest.json"
    }
}
