package org.squeezesam.android

import android.graphics.Bitmap
import java.nio.ByteBuffer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import org.squeezesam.CutoutOptions
import org.squeezesam.Mask
import org.squeezesam.Photo
import org.squeezesam.PixelFormat
import org.squeezesam.SegmentationException
import org.squeezesam.Segmenter
import org.squeezesam.Session

/**
 * The bitmap's pixels as a photo: a copy, so that the bitmap may be recycled. Any configuration
 * will do, hardware bitmaps too; transparent pixels count as black.
 *
 * @param orientation EXIF orientation, 1 to 8, of pixels that are not upright. Decoders differ:
 *   BitmapFactory leaves the pixels as they are stored, ImageDecoder turns them upright.
 */
public suspend fun Bitmap.toPhoto(orientation: Int = 1): Photo =
    withContext(Dispatchers.Default) { copyOf(this@toPhoto, orientation) }

/** Takes a bitmap; see [Segmenter.open] and [toPhoto]. */
public suspend fun Segmenter.open(bitmap: Bitmap, orientation: Int = 1): Session =
    open(bitmap.toPhoto(orientation))

/**
 * The mask as an ALPHA_8 bitmap of the upright photo's size, to be drawn in any colour: soft edges,
 * or with [soft] false 255 inside and 0 outside.
 */
public suspend fun Mask.toBitmap(soft: Boolean = true): Bitmap {
    val bitmap = Bitmap.createBitmap(size.width, size.height, Bitmap.Config.ALPHA_8)
    val rows = ByteBuffer.allocateDirect(bitmap.rowBytes * size.height)
    render(rows, bitmap.rowBytes, soft)
    withContext(Dispatchers.Default) { bitmap.copyPixelsFromBuffer(rows) }
    return bitmap
}

/**
 * Cuts the object out of [bitmap], the one that the session was opened with: ARGB_8888 with a
 * transparent background. [crop]: only the rectangle round the object.
 *
 * Throws [SegmentationException.WrongState] for a crop of an empty mask.
 */
public suspend fun Mask.cutout(
    bitmap: Bitmap,
    orientation: Int = 1,
    crop: Boolean = false,
    soft: Boolean = true,
): Bitmap = cutoutBitmap(bitmap.toPhoto(orientation), crop, soft)

/** The same for a photo that is at hand already. */
public suspend fun Mask.cutoutBitmap(
    photo: Photo,
    crop: Boolean = false,
    soft: Boolean = true,
): Bitmap {
    val options = CutoutOptions(soft = soft, premultiplied = true, crop = crop)
    val rect = cutoutRect(options)
    val result = Bitmap.createBitmap(rect.width, rect.height, Bitmap.Config.ARGB_8888)
    val rows = ByteBuffer.allocateDirect(result.rowBytes * rect.height)
    cutout(photo, rows, result.rowBytes, options)
    withContext(Dispatchers.Default) { result.copyPixelsFromBuffer(rows) }
    return result
}

private fun copyOf(bitmap: Bitmap, orientation: Int): Photo {
    if (bitmap.isRecycled) {
        throw SegmentationException.UnusablePhoto("the bitmap has been recycled")
    }
    val readable =
        if (bitmap.config == Bitmap.Config.ARGB_8888) {
            bitmap
        } else {
            bitmap.copy(Bitmap.Config.ARGB_8888, false)
                ?: throw SegmentationException.OutOfMemory("the bitmap cannot be copied")
        }
    val pixels = ByteBuffer.allocateDirect(readable.rowBytes * readable.height)
    readable.copyPixelsToBuffer(pixels)
    pixels.rewind()
    val stride = readable.rowBytes
    if (readable !== bitmap) readable.recycle()
    return Photo(
        pixels,
        bitmap.width,
        bitmap.height,
        PixelFormat.RGBA,
        stride,
        orientation,
    )
}
