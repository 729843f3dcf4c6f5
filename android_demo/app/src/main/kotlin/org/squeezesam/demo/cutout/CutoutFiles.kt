package org.squeezesam.demo.cutout

import android.content.ContentValues
import android.content.Context
import android.graphics.Bitmap
import android.net.Uri
import android.os.Build
import android.os.Environment
import android.provider.MediaStore
import androidx.annotation.RequiresApi
import androidx.core.content.FileProvider
import java.io.File
import java.io.IOException
import java.io.OutputStream
import java.text.SimpleDateFormat
import java.util.Date
import java.util.Locale
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Writes cut-outs as PNG with alpha. Every function throws [IOException]. */
internal class CutoutFiles(private val context: Context) {
    /** A name that says when. */
    fun fileName(): String {
        val now = SimpleDateFormat("yyyyMMdd-HHmmss", Locale.ROOT).format(Date())
        return "cutout-$now.png"
    }

    /**
     * Adds the cut-out to the pictures of the phone; other apps see it once it is whole. Before
     * Android 10 that would need a permission: there the person chooses a place, see [saveTo].
     */
    @RequiresApi(Build.VERSION_CODES.Q)
    suspend fun saveToGallery(cutout: Bitmap): Unit =
        withContext(Dispatchers.IO) {
            val resolver = context.contentResolver
            val place =
                resolver.insert(
                    MediaStore.Images.Media.getContentUri(MediaStore.VOLUME_EXTERNAL_PRIMARY),
                    entry(),
                ) ?: throw IOException("the gallery takes no picture")
            try {
                write(cutout, place)
                val whole = ContentValues().apply { put(MediaStore.Images.Media.IS_PENDING, 0) }
                resolver.update(place, whole, null, null)
            } catch (failure: Throwable) {
                resolver.delete(place, null, null)
                throw failure
            }
        }

    /** Writes the cut-out to a place that the person chose. */
    suspend fun saveTo(place: Uri, cutout: Bitmap): Unit =
        withContext(Dispatchers.IO) { write(cutout, place) }

    /** A file that other apps may be allowed to read. */
    suspend fun forSharing(cutout: Bitmap): Uri =
        withContext(Dispatchers.IO) {
            val file = File(shared(), "cutout.png")
            file.outputStream().use { encode(cutout, it) }
            uriOf(file)
        }

    /** The same for a text file, such as a benchmark's result. */
    suspend fun forSharing(document: File): Uri =
        withContext(Dispatchers.IO) {
            uriOf(document.copyTo(File(shared(), document.name), overwrite = true))
        }

    @RequiresApi(Build.VERSION_CODES.Q)
    private fun entry(): ContentValues =
        ContentValues().apply {
            put(MediaStore.Images.Media.DISPLAY_NAME, fileName())
            put(MediaStore.Images.Media.MIME_TYPE, PNG)
            put(
                MediaStore.Images.Media.RELATIVE_PATH,
                "${Environment.DIRECTORY_PICTURES}/squeezesam",
            )
            put(MediaStore.Images.Media.IS_PENDING, 1)
        }

    private fun write(cutout: Bitmap, place: Uri) {
        val stream =
            context.contentResolver.openOutputStream(place)
                ?: throw IOException("$place cannot be written")
        stream.use { encode(cutout, it) }
    }

    private fun encode(cutout: Bitmap, out: OutputStream) {
        if (!cutout.compress(Bitmap.CompressFormat.PNG, 100, out)) {
            throw IOException("the picture cannot be encoded")
        }
    }

    private fun shared(): File =
        File(context.cacheDir, "shared").also {
            if (!it.isDirectory && !it.mkdirs()) throw IOException("$it cannot be made")
        }

    private fun uriOf(file: File): Uri =
        FileProvider.getUriForFile(context, "${context.packageName}.files", file)

    companion object {
        const val PNG: String = "image/png"
    }
}
