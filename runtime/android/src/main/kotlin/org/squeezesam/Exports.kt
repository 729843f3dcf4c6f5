package org.squeezesam

import java.nio.ByteBuffer

/** How to cut out. */
public data class CutoutOptions(
    /** Soft where the photo's edge is; otherwise alpha is 0 or 255. */
    public val soft: Boolean = true,
    /** Colour times alpha, as Android's bitmaps want it; otherwise straight alpha. */
    public val premultiplied: Boolean = false,
    /** Only the rectangle round the object and, if soft, the band round its edge. */
    public val crop: Boolean = false,
)

/** The object with transparent surroundings: RGBA rows without gaps. */
public class Cutout internal constructor(
    /** Where it lies in the photo. */
    public val rect: PixelRect,
    /** A direct buffer, rect.height x rect.width x 4 bytes. */
    public val pixels: ByteBuffer,
    public val isPremultiplied: Boolean,
)

/**
 * One closed polygon; the last point is not repeated. Outer rings run clockwise as seen on the
 * screen, holes counter-clockwise.
 */
public class Ring internal constructor(
    /** x, y, x, y, ...: edge coordinates, the first pixel is the square from (0, 0) to (1, 1). */
    public val points: FloatArray,
    /** Index of the ring that this is a hole of; null for an outer ring. */
    public val parent: Int?,
)

/** Outlines of a mask's 8-connected pieces, each outer ring followed by its holes. */
public class Contour internal constructor(
    /** Of the mask. */
    public val size: Size,
    public val rings: List<Ring>,
)

/** COCO run lengths of a mask. */
public class Rle internal constructor(
    public val size: Size,
    /** Column by column, beginning with a (perhaps 0) run of background. */
    public val counts: IntArray,
    /** The same as COCO's compressed string. */
    public val string: String,
)

/** Rings as x, y, x, y ..., then one last array with their parents, -1 for outer rings. */
internal fun ringsOf(arrays: Array<FloatArray>): List<Ring> {
    val parents = arrays.last()
    return arrays.dropLast(1).mapIndexed { index, points ->
        Ring(points, parents[index].toInt().takeIf { it >= 0 })
    }
}
