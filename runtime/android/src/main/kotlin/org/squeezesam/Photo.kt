package org.squeezesam

import java.nio.ByteBuffer

/** How a pixel lies in memory, 8 bits a channel. Alpha is ignored. */
public enum class PixelFormat(
    /** Bytes of one pixel. */
    public val bytes: Int,
) {
    RGB(3),

    /** What Android calls ARGB_8888. */
    RGBA(4),
    BGRA(4),
    GRAY(1),
}

/**
 * A photo as it lies in memory. Nothing is copied: keep the pixels unchanged as long as you use it.
 *
 * Nothing is checked here either; what takes the photo throws [SegmentationException.UnusablePhoto]
 * for one without pixels or with too many, and [SegmentationException.InvalidArgument] for a
 * description that makes no sense or pixels that are fewer than it says.
 */
public class Photo private constructor(
    internal val store: Any,
    internal val offset: Int,
    internal val size: Int,
    /** Width of the stored rows in pixels, before orientation. */
    public val storedWidth: Int,
    /** Number of stored rows. */
    public val storedHeight: Int,
    public val format: PixelFormat,
    /** Bytes from a row to the next; 0: no gaps. */
    public val stride: Int,
    /** EXIF orientation, 1 to 8: how to turn the stored rows upright. */
    public val orientation: Int,
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

    private constructor(
        bytes: Bytes,
        width: Int,
        height: Int,
        format: PixelFormat,
        stride: Int,
        orientation: Int,
    ) : this(bytes.store, bytes.offset, bytes.size, width, height, format, stride, orientation)

    /** Width of the upright photo in pixels. */
    public val width: Int
        get() = if (orientation >= 5) storedHeight else storedWidth

    /** Height of the upright photo in pixels. */
    public val height: Int
        get() = if (orientation >= 5) storedWidth else storedHeight

    internal val description: LongArray
        get() =
            longArrayOf(
                storedWidth.toLong(),
                storedHeight.toLong(),
                stride.toLong(),
                format.ordinal.toLong(),
                orientation.toLong(),
            )

    public companion object {
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

/** A range of bytes as native code takes it: [store] is a direct [ByteBuffer] or a [ByteArray]. */
internal class Bytes(val store: Any, val offset: Int, val size: Int) {
    companion object {
        fun of(buffer: ByteBuffer): Bytes {
            val size = buffer.remaining()
            return when {
                buffer.isDirect -> Bytes(buffer, buffer.position(), size)
                buffer.hasArray() ->
                    Bytes(buffer.array(), buffer.arrayOffset() + buffer.position(), size)
                else -> Bytes(ByteArray(size).also { buffer.duplicate().get(it) }, 0, size)
            }
        }

        /** The same for a buffer that is written to. */
        fun writable(buffer: ByteBuffer): Bytes {
            if (buffer.isReadOnly) {
                throw SegmentationException.InvalidArgument("the output buffer is read-only")
            }
            return of(buffer)
        }
    }
}
