package org.squeezesam

/** What [Parts.salientClicks] finds. */
public class SalientClicks internal constructor(
    /** Otsu's: a blob is where the heat is above it; -1 for a flat map. */
    public val threshold: Int,
    /** Of the chosen blob in heat map pixels; 0 for a flat map. */
    public val area: Long,
    /** The highest heat in it. */
    public val peak: Int,
    /** x, y in heat map pixels: the centre first, then those of its quarters. Empty if flat. */
    public val clicks: List<Pair<Double, Double>>,
)

/**
 * The pieces that a session is made of, as plain functions, for tools and tests. They block.
 *
 * A bitmap is height x width bytes without gaps, 0 outside and anything else inside; results are
 * 0 and 1.
 */
public object Parts {
    /** The core's version. */
    public val version: String
        get() = String(Native.version(), Charsets.UTF_8)

    /** The newest `schema_version` of manifest.json that this core reads. */
    public val schemaVersion: Int
        get() = Native.schemaVersion()

    /** Size that a photo takes in a network's input: aspect kept, rounded half up. */
    public fun fit(photo: Size, input: Size): Size {
        val (width, height) = Native.fit(photo.width, photo.height, input.width, input.height)
        return Size(width, height)
    }

    /** The photo upright, in its own pixel format, without gaps; NV12 and NV21 become RGB. */
    public fun orient(photo: Photo): ByteArray {
        val (width, height) =
            Native.orientedSize(photo.description, photo.store, photo.chromaStore)
        val row = width * if (photo.format.isTwoPlane) 3 else photo.format.bytes
        val out = ByteArray(row * height)
        Native.orient(
            photo.description,
            photo.store,
            photo.chromaStore,
            row,
            height,
            out,
            0,
            out.size,
        )
        return out
    }

    /** The photo upright and resized, as RGB without gaps. */
    public fun resize(photo: Photo, size: Size): ByteArray =
        Native.resize(photo.description, photo.store, photo.chromaStore, size.width, size.height)

    /**
     * Prompt planes, 2 x height x width: the box plane, then the signed click plane.
     *
     * @param points x, y, x, y, ... in input pixels
     * @param labels SAM's, one a point: 1 foreground, 0 background, 2 and 3 corners, -1 padding
     */
    public fun drawPlanes(
        points: FloatArray,
        labels: FloatArray,
        size: Size,
        radius: Double,
        boxDefault: Float = 1f,
    ): FloatArray = Native.drawPlanes(points, labels, size.width, size.height, radius, boxDefault)

    /** round(255 sigmoid(logit)). */
    public fun logitsToHeat(logits: FloatArray): ByteArray = Native.logitsToHeat(logits)

    /** Saliency to clicks: [heat] is a heat map of [size], a byte a pixel. */
    public fun salientClicks(heat: ByteArray, size: Size): SalientClicks {
        val found = Native.salientClicks(size.width, size.height, heat, 0, heat.size)
        return SalientClicks(
            found[0].toInt(),
            found[1].toLong(),
            found[2].toInt(),
            found.drop(3).chunked(2) { (x, y) -> x to y },
        )
    }

    /** Bilinear upsampling of the valid part of a plane to [size]. */
    public fun upsample(
        plane: FloatArray,
        planeSize: Size,
        validWidth: Double,
        validHeight: Double,
        size: Size,
    ): FloatArray =
        Native.upsample(
            plane,
            planeSize.width,
            planeSize.height,
            validWidth,
            validHeight,
            size.width,
            size.height,
        )

    /** Keeps the largest 8-connected piece. */
    public fun keepLargest(bitmap: ByteArray, size: Size): ByteArray =
        Native.bitmapKeepLargest(bitmap, size.width, size.height)

    /** Fills holes of at most [maxArea] pixels; -1: all. */
    public fun fillHoles(bitmap: ByteArray, size: Size, maxArea: Long): ByteArray =
        Native.bitmapFillHoles(bitmap, size.width, size.height, maxArea)

    /** Outlines; see [Mask.contour]. */
    public fun contour(bitmap: ByteArray, size: Size, epsilon: Double = 0.0): Contour =
        Contour(size, ringsOf(Native.bitmapContour(bitmap, size.width, size.height, epsilon)))

    /** COCO run lengths of a bitmap. */
    public fun rle(bitmap: ByteArray, size: Size): Rle {
        val counts = Native.bitmapRleCounts(bitmap, size.width, size.height)
        return Rle(size, counts, rleString(counts))
    }

    /** Run lengths as COCO's compressed string. */
    public fun rleString(counts: IntArray): String =
        String(Native.rleToString(counts), Charsets.US_ASCII)

    /** The inverse; [SegmentationException.InvalidArgument] for a string that is not such. */
    public fun rleCounts(string: String): IntArray =
        Native.rleFromString(string.toByteArray(Charsets.UTF_8))

    /** Run lengths to a bitmap of [value] and 0; they must add up to its pixels. */
    public fun rleDecode(counts: IntArray, size: Size, value: Int = 1): ByteArray {
        checkByte(value)
        return Native.rleDecode(counts, size.width, size.height, value)
    }

    /** sha256 of [bytes], as 64 lower-case hex digits. */
    public fun sha256(bytes: ByteArray): String =
        String(Native.sha256(bytes, 0, bytes.size), Charsets.US_ASCII)
}
