package org.squeezesam

import java.nio.ByteBuffer

/** One of the three planes of a YUV_420_888 picture, as Camera2 and CameraX describe them. */
public class YuvPlane(
    /** From its position to its limit. */
    public val bytes: ByteBuffer,
    /** Bytes from a row to the next. */
    public val rowStride: Int,
    /** Bytes from a value to the next in a row. */
    public val pixelStride: Int,
)

/**
 * A picture in YUV_420_888. Luma is used where it lies: close the picture when the session has
 * taken the photo, not before. The colours, a quarter as many, are copied into pairs.
 */
public fun Photo.Companion.fromYuv420(
    y: YuvPlane,
    u: YuvPlane,
    v: YuvPlane,
    width: Int,
    height: Int,
    orientation: Int = 1,
    range: YuvRange = YuvRange.FULL,
    matrix: YuvMatrix = YuvMatrix.BT601,
): Photo {
    if (y.pixelStride != 1) {
        throw SegmentationException.InvalidArgument(
            "a luma plane with ${y.pixelStride} bytes a pixel is not YUV_420_888",
        )
    }
    if (width < 1 || height < 1) {
        throw SegmentationException.UnusablePhoto("the photo has no pixels (${width}x$height)")
    }
    val columns = (width + 1) / 2
    val rows = (height + 1) / 2
    val pairs = ByteArray(2 * columns * rows)
    interleave(u, columns, rows, pairs, 0)
    interleave(v, columns, rows, pairs, 1)
    return twoPlane(
        y.bytes,
        ByteBuffer.wrap(pairs),
        width,
        height,
        PixelFormat.NV12,
        range,
        matrix,
        lumaStride = y.rowStride,
        orientation = orientation,
    )
}

private fun interleave(plane: YuvPlane, columns: Int, rows: Int, pairs: ByteArray, first: Int) {
    val last = (rows - 1L) * plane.rowStride + (columns - 1L) * plane.pixelStride
    val sound = plane.pixelStride > 0 && plane.rowStride >= (columns - 1) * plane.pixelStride
    if (!sound || last >= plane.bytes.remaining()) {
        throw SegmentationException.InvalidArgument(
            "a chroma plane of ${plane.bytes.remaining()} bytes is too small for $rows rows of " +
                "$columns values",
        )
    }
    val bytes = plane.bytes
    var target = first
    for (row in 0 until rows) {
        var source = bytes.position() + row * plane.rowStride
        repeat(columns) {
            pairs[target] = bytes.get(source)
            source += plane.pixelStride
            target += 2
        }
    }
}
