package org.squeezesam

import java.nio.ByteBuffer

/**
 * The C interface `ssam.h`, one function a call, as `src/main/cpp` registers it. Handles are
 * numbers, text is UTF-8, an `Any` with an offset and a size is a direct [ByteBuffer] or a
 * [ByteArray]. Every function throws [SegmentationException] with the core's sentence.
 */
internal object Native {
    init {
        System.loadLibrary("squeezesam_jni")
    }

    /** Called from native code. */
    @JvmStatic
    fun failure(status: Int, sentence: ByteArray): Throwable =
        failureOf(status, String(sentence, Charsets.UTF_8))

    @JvmStatic
    external fun version(): ByteArray

    @JvmStatic
    external fun schemaVersion(): Int

    // ---- Bundles

    @JvmStatic
    external fun bundleOpen(folder: ByteArray, flags: Int): Long

    @JvmStatic
    external fun bundleParse(json: ByteArray): Long

    @JvmStatic
    external fun bundleFree(bundle: Long)

    /** Writes `ssam_bundle_info` and every `ssam_program_info` into [into]. */
    @JvmStatic
    external fun bundleInfo(bundle: Long, into: Fields)

    // ---- Segmenters

    @JvmStatic
    external fun segmenterCreate(bundle: Long, bridge: EngineBridge, concurrent: Boolean): Long

    @JvmStatic
    external fun segmenterFree(segmenter: Long)

    @JvmStatic
    external fun segmenterPrewarm(segmenter: Long)

    // ---- Sessions

    @JvmStatic
    external fun sessionCreate(segmenter: Long): Long

    @JvmStatic
    external fun sessionFree(session: Long)

    @JvmStatic
    external fun sessionCancel(session: Long)

    @JvmStatic
    external fun sessionSetImage(session: Long, description: LongArray, store: Any, chroma: Any?)

    @JvmStatic
    external fun sessionSize(session: Long): IntArray

    @JvmStatic
    external fun sessionAddPoint(session: Long, x: Double, y: Double, foreground: Boolean)

    @JvmStatic
    external fun sessionSetBox(session: Long, x0: Double, y0: Double, x1: Double, y1: Double)

    @JvmStatic
    external fun sessionUndo(session: Long): Boolean

    @JvmStatic
    external fun sessionClear(session: Long)

    @JvmStatic
    external fun sessionPrompts(session: Long): DoubleArray

    @JvmStatic
    external fun sessionSetAutomatic(session: Long, random: Boolean, seed: Int)

    @JvmStatic
    external fun sessionAutomatic(session: Long): DoubleArray

    @JvmStatic
    external fun sessionPredict(
        session: Long,
        candidate: Int,
        keepLargest: Boolean,
        maxHoleArea: Long,
    ): Long

    // ---- Masks

    @JvmStatic
    external fun maskFree(mask: Long)

    /** Writes `ssam_mask_info` into [into], but for scores and prompts. */
    @JvmStatic
    external fun maskInfo(mask: Long, into: Fields)

    @JvmStatic
    external fun maskScores(mask: Long): FloatArray

    @JvmStatic
    external fun maskPrompts(mask: Long): DoubleArray

    @JvmStatic
    external fun maskDerive(
        mask: Long,
        candidate: Int,
        keepLargest: Boolean,
        maxHoleArea: Long,
    ): Long

    @JvmStatic
    external fun maskRefine(mask: Long, description: LongArray, photo: Any, chroma: Any?): Long

    external fun maskPlane(mask: Long, candidate: Int): FloatArray

    @JvmStatic
    external fun maskRender(
        mask: Long,
        soft: Boolean,
        value: Int,
        store: Any,
        offset: Int,
        size: Int,
        stride: Long,
    )

    @JvmStatic
    external fun maskLogits(mask: Long): FloatArray

    @JvmStatic
    external fun maskCutoutRect(mask: Long, soft: Boolean, crop: Boolean): IntArray

    @JvmStatic
    external fun maskCutout(
        mask: Long,
        description: LongArray,
        photo: Any,
        chroma: Any?,
        soft: Boolean,
        premultiplied: Boolean,
        crop: Boolean,
        store: Any,
        offset: Int,
        size: Int,
        stride: Long,
    )

    @JvmStatic
    external fun maskRleCounts(mask: Long): IntArray

    @JvmStatic
    external fun maskRleString(mask: Long): ByteArray

    @JvmStatic
    external fun maskContour(mask: Long, epsilon: Double): Array<FloatArray>

    // ---- The parts

    @JvmStatic
    external fun exifOrientation(store: Any, offset: Int, size: Int): Int

    @JvmStatic
    external fun orientedSize(description: LongArray, store: Any, chroma: Any?): IntArray

    @JvmStatic
    external fun orient(
        description: LongArray,
        store: Any,
        chroma: Any?,
        rowBytes: Int,
        rows: Int,
        out: Any,
        outOffset: Int,
        outSize: Int,
    )

    @JvmStatic
    external fun fit(
        photoWidth: Int,
        photoHeight: Int,
        inputWidth: Int,
        inputHeight: Int,
    ): IntArray

    @JvmStatic
    external fun resize(
        description: LongArray,
        store: Any,
        chroma: Any?,
        width: Int,
        height: Int,
    ): ByteArray

    @JvmStatic
    external fun drawPlanes(
        points: FloatArray,
        labels: FloatArray,
        width: Int,
        height: Int,
        radius: Double,
        boxDefault: Float,
    ): FloatArray

    @JvmStatic
    external fun logitsToHeat(logits: FloatArray): ByteArray

    @JvmStatic
    external fun salientClicks(
        width: Int,
        height: Int,
        store: Any,
        offset: Int,
        size: Int,
    ): DoubleArray

    @JvmStatic
    external fun upsample(
        plane: FloatArray,
        planeWidth: Int,
        planeHeight: Int,
        validWidth: Double,
        validHeight: Double,
        width: Int,
        height: Int,
    ): FloatArray

    @JvmStatic
    external fun sha256(store: Any, offset: Int, size: Int): ByteArray

    @JvmStatic
    external fun bitmapKeepLargest(bitmap: ByteArray, width: Int, height: Int): ByteArray

    @JvmStatic
    external fun bitmapFillHoles(
        bitmap: ByteArray,
        width: Int,
        height: Int,
        maxArea: Long,
    ): ByteArray

    @JvmStatic
    external fun bitmapContour(
        bitmap: ByteArray,
        width: Int,
        height: Int,
        epsilon: Double,
    ): Array<FloatArray>

    @JvmStatic
    external fun bitmapRleCounts(bitmap: ByteArray, width: Int, height: Int): IntArray

    @JvmStatic
    external fun rleToString(counts: IntArray): ByteArray

    @JvmStatic
    external fun rleFromString(text: ByteArray): IntArray

    @JvmStatic
    external fun rleDecode(counts: IntArray, width: Int, height: Int, value: Int): ByteArray
}
