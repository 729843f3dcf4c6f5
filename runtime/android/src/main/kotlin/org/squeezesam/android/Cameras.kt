package org.squeezesam.android

import android.graphics.ImageFormat
import android.media.Image
import org.squeezesam.Photo
import org.squeezesam.SegmentationException
import org.squeezesam.YuvMatrix
import org.squeezesam.YuvPlane
import org.squeezesam.YuvRange
import org.squeezesam.fromYuv420

/**
 * A camera's picture (YUV_420_888) as a photo. Its luma is used where it lies: close the image when
 * the session has taken the photo, not before.
 *
 *     session.setPhoto(image.toPhoto(Photo.orientationForRotation(rotationDegrees)))
 *     image.close()
 *
 * CameraX's ImageProxy has the same planes: give them to [Photo.Companion.fromYuv420].
 */
public fun Image.toPhoto(
    orientation: Int = 1,
    range: YuvRange = YuvRange.FULL,
    matrix: YuvMatrix = YuvMatrix.BT601,
): Photo {
    if (format != ImageFormat.YUV_420_888) {
        throw SegmentationException.InvalidArgument("image format $format is not YUV_420_888")
    }
    val (y, u, v) = planes.map { YuvPlane(it.buffer, it.rowStride, it.pixelStride) }
    return Photo.fromYuv420(
        y,
        u,
        v,
        width,
        height,
        orientation,
        range,
        matrix,
    )
}
