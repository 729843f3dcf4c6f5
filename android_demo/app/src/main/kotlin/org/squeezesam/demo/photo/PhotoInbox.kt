package org.squeezesam.demo.photo

import android.content.Context
import android.net.Uri
import androidx.core.content.FileProvider
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/**
 * Keeps the photo that is being edited as a file of the app: the right to read what another app
 * offers ends with the process, the session does not.
 */
internal class PhotoInbox(private val context: Context) {
    private val folder = File(context.noBackupFilesDir, "photo")

    /** The photo; it may not exist. */
    val file: File = File(folder, "current")

    /** Copies a photo here, in place of the former one. */
    suspend fun take(source: Uri): Unit =
        withContext(Dispatchers.IO) {
            prepare(folder)
            val partial = File(folder, "incoming")
            val stream =
                context.contentResolver.openInputStream(source)
                    ?: throw FileNotFoundException("$source cannot be read")
            stream.use { from -> partial.outputStream().use { from.copyTo(it) } }
            if (!partial.renameTo(file)) throw IOException("$file cannot be written")
        }

    /** Where a camera app may put a picture. */
    fun cameraTarget(): Uri {
        val cameras = prepare(File(context.cacheDir, "camera"))
        return FileProvider.getUriForFile(
            context,
            "${context.packageName}.files",
            File(cameras, "photo.jpg"),
        )
    }

    private fun prepare(wanted: File): File {
        if (!wanted.isDirectory && !wanted.mkdirs()) throw IOException("$wanted cannot be made")
        return wanted
    }
}
