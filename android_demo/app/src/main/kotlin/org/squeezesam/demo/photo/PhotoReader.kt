package org.squeezesam.demo.photo

import android.content.res.AssetManager
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Matrix
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.squeezesam.Photo
import org.squeezesam.SegmentationException

/** Decodes photos into upright bitmaps that are not larger than the app needs. */
internal object PhotoReader {
    /** Longer side in pixels beyond which a photo is decoded at half its size, or a quarter ... */
    private const val LARGEST = 4096

    /** @throws SegmentationException.UnusablePhoto for a file that is no photo. */
    suspend fun read(file: File): Bitmap =
        withContext(Dispatchers.IO) { decode(file.readBytes(), LARGEST) }

    /** The photo that benchmarks segment, at its full size. */
    suspend fun sample(assets: AssetManager): Bitmap =
        withContext(Dispatchers.IO) {
            decode(assets.open(SAMPLE_FILE).use { it.readBytes() }, Int.MAX_VALUE)
        }

    const val SAMPLE: String = "astronaut"
    private const val SAMPLE_FILE = "astronaut.jpg"

    private fun decode(encoded: ByteArray, largest: Int): Bitmap {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        BitmapFactory.decodeByteArray(encoded, 0, encoded.size, bounds)
        val options = BitmapFactory.Options()
        options.inSampleSize = shrinking(maxOf(bounds.outWidth, bounds.outHeight), largest)
        val stored =
            BitmapFactory.decodeByteArray(encoded, 0, encoded.size, options)
                ?: throw SegmentationException.UnusablePhoto("the file is not a photo")
        return upright(stored, Photo.exifOrientation(encoded))
    }

    /** A power of two, as decoders want it. */
    private fun shrinking(length: Int, largest: Int): Int {
        var factor = 1
        while (length / factor > largest) factor *= 2
        return factor
    }

    private fun upright(stored: Bitmap, orientation: Int): Bitmap {
        if (orientation == 1) return stored
        val turn = Matrix()
        when (orientation) {
            2 -> turn.setScale(-1f, 1f)
            3 -> turn.setRotate(180f)
            4 -> turn.setScale(1f, -1f)
            5 -> turn.setRotate(90f).also { turn.postScale(-1f, 1f) }
            6 -> turn.setRotate(90f)
            7 -> turn.setRotate(-90f).also { turn.postScale(-1f, 1f) }
            8 -> turn.setRotate(-90f)
        }
        return Bitmap
            .createBitmap(stored, 0, 0, stored.width, stored.height, turn, true)
            .also { if (it !== stored) stored.recycle() }
    }
}
