package org.squeezesam

import java.nio.ByteBuffer

/**
 * How a pixel lies in memory, 8 bits a channel. Alpha is ignored where the format does not say that
 * it counts.
 */
public enum class PixelFormat(
    /** Bytes of one pixel; of its luma for the formats with two planes. */
    public val bytes: Int,
) {
    RGB(3),

    /** What Android calls ARGB_8888. */
    RGBA(4),
    BGRA(4),
    GRAY(1),

    /** Luma, and a plane with a pair Cb, Cr for each block of 2 x 2 pixels. */
    NV12(1),

    /** The same with pairs Cr, Cb. */
    NV21(1),

    /** Straight alpha that counts: the networks see the photo over white, a cut-out keeps it. */
    RGBA_STRAIGHT(4),
    BGRA_STRAIGHT(4),
    ;

    internal val isTwoPlane: Boolean
        get() = this == NV12 || this == NV21
}

/** What luma and chroma bytes stand for. */
public enum class YuvRange {
    /** Luma 16 to 235, chroma 16 to 240: videos. */
    VIDEO,

    /** 0 to 255: JPEG, Android's cameras. */
    FULL,
}

/** How luma and chroma become RGB. */
public enum class YuvMatrix {
    /** JPEG, Android's cameras, videos of standard definition. */
    BT601,

    /** Videos of high definition. */
    BT709,
}

/**
 * A photo as it lies in memory. Nothing is copied: keep the pixels unchanged as long as you use it.
 *
 * Nothing is checked here either; what takes the photo throws [SegmentationException.UnusablePhoto]
 * for one without pixels or with too many, and [SegmentationException.InvalidArgument] for a
 * description that makes no sense or pixels that are fewer than it says.
 */
public class Photo private constructor(
    private val pixels: Bytes,
    /** Width of the stored rows in pixels, before orientation. */
    public val storedWidth: Int,
    /** Number of stored rows. */
    public val storedHeight: Int,
    public val format: PixelFormat,
    /** Bytes from a row to the next; 0: no gaps. */
    public val stride: Int,
    /** EXIF orientation, 1 to 8: how to turn the stored rows upright. */
    public val orientation: Int,
    private val chroma: Chroma? = null,
) {
    /**
     * @param pixels from its position to its limit; a direct buffer is the quickest. It may lie
     *   anywhere, its position is not moved.
     */
    public constructor(
        pixels: ByteBuffer,
        width: Int,
        height: Int,
        format: PixelFormat = PixelFormat.RGBA,
        stride: Int = 0,
        orientation: Int = 1,
    ) : this(Bytes.of(pixels), width, height, format, stride, orientation)

    public constructor(
        pixels: ByteArray,
        width: Int,
        height: Int,
        format: PixelFormat = PixelFormat.RGB,
        stride: Int = 0,
        orientation: Int = 1,
    ) : this(Bytes(pixels, 0, pixels.size), width, height, format, stride, orientation)

    /** Width of the upright photo in pixels. */
    public val width: Int
        get() = if (orientation >= 5) storedHeight else storedWidth

    /** Height of the upright photo in pixels. */
    public val height: Int
        get() = if (orientation >= 5) storedWidth else storedHeight

    internal val store: Any
        get() = pixels.store

    internal val chromaStore: Any?
        get() = chroma?.pixels?.store

    /** As `pixels.h` reads it. The core counts range and matrix from 1: 0 is no choice. */
    internal val description: LongArray
        get() =
            listOf(
                storedWidth,
                storedHeight,
                stride,
                format.ordinal,
                orientation,
                pixels.offset,
                pixels.size,
                chroma?.stride ?: 0,
                chroma?.let { it.range.ordinal + 1 } ?: 0,
                chroma?.let { it.matrix.ordinal + 1 } ?: 0,
                chroma?.pixels?.offset ?: 0,
                chroma?.pixels?.size ?: 0,
            ).map { it.toLong() }.toLongArray()

    private class Chroma(
        val pixels: Bytes,
        val stride: Int,
        val range: YuvRange,
        val matrix: YuvMatrix,
    )

    public companion object {
        /**
         * A photo in two planes: luma, a byte a pixel, and a pair of bytes for each block of 2 x 2
         * pixels, halves rounded up. [format] is [PixelFormat.NV12] or [PixelFormat.NV21].
         *
         * Strides are bytes from a row to the next, 0 for no gaps. See [fromYuv420] for what
         * cameras give.
         */
        public fun twoPlane(
            luma: ByteBuffer,
            chroma: ByteBuffer,
            width: Int,
            height: Int,
            format: PixelFormat,
            range: YuvRange,
            matrix: YuvMatrix,
            lumaStride: Int = 0,
            chromaStride: Int = 0,
            orientation: Int = 1,
        ): Photo {
            if (!format.isTwoPlane) {
                throw SegmentationException.InvalidArgument("$format has one plane")
            }
            val second = Chroma(Bytes.of(chroma), chromaStride, range, matrix)
            return Photo(
                Bytes.of(luma),
                width,
                height,
                format,
                lumaStride,
                orientation,
                second,
            )
        }

        /**
         * The EXIF orientation in an encoded photo (JPEG, PNG, WebP, TIFF): 1 to 8, and 1 where
         * there is none or the bytes are damaged.
         */
        public fun exifOrientation(encoded: ByteArray): Int =
            Native.exifOrientation(encoded, 0, encoded.size)

        /**
         * The EXIF orientation for a camera whose pictures must be turned clockwise by [degrees]
         * (0, 90, 180 or 270), as CameraX and Camera2 report it.
         */
        public fun orientationForRotation(degrees: Int): Int =
            when (degrees.mod(360)) {
                0 -> 1
                90 -> 6
                180 -> 3
                270 -> 8
                else -> throw SegmentationException.InvalidArgument(
                    "a rotation of $degrees degrees is not a quarter turn",
                )
            }
    }
}
