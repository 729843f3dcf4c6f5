package org.squeezesam

import java.io.Closeable
import java.nio.ByteBuffer
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Wall time of each stage; zero for one that this prediction did not need to run. */
public data class Timings(
    /** Turning the photo upright and shrinking it; of this photo, once. */
    public val open: Duration,
    /** Heat map to clicks; once a photo. */
    public val clicks: Duration,
    /** Prompts and the last mask to input tensors. */
    public val prompts: Duration,
    /** Choice, upsampling, largest piece, holes. */
    public val mask: Duration,
    /** Of the prediction as a whole, without [open]. */
    public val total: Duration,
    /** Every program of the bundle by its name, in the order in which they run. */
    public val programs: Map<String, Duration>,
)

private fun timingsOf(info: Fields) =
    Timings(
        open = info.double("open").milliseconds,
        clicks = info.double("clicks").milliseconds,
        prompts = info.double("prompts").milliseconds,
        mask = info.double("mask").milliseconds,
        total = info.double("total").milliseconds,
        programs =
            info.list("programs").associate { it.text("name") to it.double("ms").milliseconds },
    )

/** A rectangle in whole pixels. */
public data class PixelRect(
    public val x: Int,
    public val y: Int,
    public val width: Int,
    public val height: Int,
)

/** One of the masks that the network proposed. */
public class Candidate internal constructor(
    /** Its number, for [PredictOptions.candidate]. */
    public val index: Int,
    /** The IoU that the network predicts for it, 0 to 1. */
    public val score: Float,
)

/**
 * One prediction. Immutable, may be used by several threads; it depends on nothing else, so that
 * its session may be closed before. Close it when it is not needed any more: it holds memory that
 * Java does not see.
 *
 * What takes long is `suspend` and runs in the background.
 */
public class Mask internal constructor(pointer: Long) : Closeable {
    internal val handle = NativeHandle(pointer, "the mask", Native::maskFree)
    private val info: Fields =
        Fields().also { into -> handle.use { Native.maskInfo(it, into) } }

    /** Of the mask and of the upright photo, in pixels. */
    public val size: Size = Size(info.int("width"), info.int("height"))

    /** The IoU that the network predicts for this mask, 0 to 1. */
    public val score: Float = info.double("score").toFloat()

    /** Index of the network's mask that was taken. */
    public val candidate: Int = info.int("candidate")

    /** All masks that the network proposed. */
    public val candidates: List<Candidate> =
        handle.use(Native::maskScores).mapIndexed { index, score -> Candidate(index, score) }

    /** Number of object pixels. */
    public val area: Long = info.long("area")

    /** Smallest rectangle round the object; null for an empty mask. */
    public val bounds: PixelRect? = if (area == 0L) null else boundsOf(info)

    /** Size of the logits as the network returned them, padding included. */
    public val planeSize: Size = Size(info.int("plane_width"), info.int("plane_height"))

    /** Width and height of the part of the plane that the photo covers, in plane pixels. */
    public val planeCoverage: Pair<Double, Double> =
        info.double("valid_width") to info.double("valid_height")

    /** The prompts that were used, each marked automatic or not: box, then clicks by age. */
    public val prompts: List<Prompt> = promptsOf(handle.use(Native::maskPrompts))

    /** True if the model itself found where to click. */
    public val isAutomatic: Boolean
        get() = prompts.any { it.automatic }

    public val timings: Timings = timingsOf(info.list("timings").single())

    /** Another mask from the same prediction; no network runs. */
    public suspend fun derive(options: PredictOptions): Mask =
        Call().run(Dispatchers.Default, Mask::close) {
            val number = options.candidateNumber
            Mask(
                handle.use {
                    Native.maskDerive(it, number, options.keepLargest, options.maxHoleArea)
                },
            )
        }

    /**
     * The mask with its edge moved to the edges of [photo], the one that was opened. No network
     * runs; at 12 megapixels it takes about a tenth of a second, so it is for the export rather
     * than for every tap.
     */
    public suspend fun refine(photo: Photo): Mask =
        Call().run(Dispatchers.Default, Mask::close) {
            Mask(
                handle.use {
                    Native.maskRefine(it, photo.description, photo.store, photo.chromaStore)
                },
            )
        }

    /** height x width bytes without gaps: [value] inside, 0 outside. */
    public suspend fun toByteArray(value: Int = 255): ByteArray =
        background { mask ->
            checkByte(value)
            ByteArray(pixelCount()).also {
                Native.maskRender(mask, false, value, it, 0, it.size, 0)
            }
        }

    /**
     * How certain the network is of each pixel, height x width bytes without gaps:
     * round(255 sigmoid(logit)). To draw over the photo; a cut-out's alpha is made from the photo.
     */
    public suspend fun toAlpha(): ByteArray =
        background { mask ->
            ByteArray(pixelCount()).also { Native.maskRender(mask, true, 255, it, 0, it.size, 0) }
        }

    /**
     * Writes the mask into [out] from its position on, which is not moved: height rows of width
     * bytes, [stride] bytes apart (0: no gaps). [soft]: as [toAlpha], otherwise 255 inside and 0 outside.
     */
    public suspend fun render(out: ByteBuffer, stride: Int = 0, soft: Boolean = true): Unit =
        background { mask ->
            val to = Bytes.writable(out)
            Native.maskRender(mask, soft, 255, to.store, to.offset, to.size, stride.toLong())
        }

    /**
     * Logits of the chosen candidate at photo size, height x width, before largest piece and hole
     * filling: above 0 is the object. 4 bytes a pixel of the photo.
     */
    public suspend fun toLogits(): FloatArray = background(Native::maskLogits)

    /** Logits of one candidate as the network returned them, [planeSize]. */
    public fun planeOf(candidate: Int = this.candidate): FloatArray =
        handle.use { Native.maskPlane(it, candidate) }

    /**
     * Cuts the object out of [photo], the one that the session was opened with.
     *
     * Throws [SegmentationException.UnusablePhoto] for a photo of another size and
     * [SegmentationException.WrongState] for a crop of an empty mask.
     */
    public suspend fun cutout(photo: Photo, options: CutoutOptions = CutoutOptions()): Cutout =
        background { mask ->
            val rect = rectOf(mask, options)
            val pixels = ByteBuffer.allocateDirect(byteCount(rect))
            cut(mask, photo, options, pixels, 0)
            Cutout(rect, pixels, options.premultiplied)
        }

    /** Rectangle of the photo that [cutout] gives with these options. */
    public suspend fun cutoutRect(options: CutoutOptions): PixelRect =
        background { rectOf(it, options) }

    /** The same as [cutout] into [out], from its position on: RGBA rows, [stride] bytes apart. */
    public suspend fun cutout(
        photo: Photo,
        out: ByteBuffer,
        stride: Int = 0,
        options: CutoutOptions = CutoutOptions(),
    ): Unit = background { cut(it, photo, options, out, stride) }

    /**
     * Outlines along pixel edges. [epsilon]: how far, in pixels, the simplified line may stray from
     * the exact one; with 0, filling the rings by the even-odd rule gives the mask back exactly.
     */
    public suspend fun contour(epsilon: Double = 0.0): Contour =
        background { Contour(size, ringsOf(Native.maskContour(it, epsilon))) }

    /** COCO run lengths. */
    public suspend fun toRle(): Rle =
        background {
            Rle(size, Native.maskRleCounts(it), String(Native.maskRleString(it), Charsets.US_ASCII))
        }

    override fun close(): Unit = handle.close()

    private suspend fun <T> background(block: (Long) -> T): T =
        withContext(Dispatchers.Default) { handle.use(block) }

    private fun rectOf(mask: Long, options: CutoutOptions): PixelRect {
        val (x, y, width, height) = Native.maskCutoutRect(mask, options.soft, options.crop)
        return PixelRect(x, y, width, height)
    }

    private fun cut(
        mask: Long,
        photo: Photo,
        options: CutoutOptions,
        out: ByteBuffer,
        stride: Int,
    ) {
        val to = Bytes.writable(out)
        Native.maskCutout(
            mask,
            photo.description,
            photo.store,
            photo.chromaStore,
            options.soft,
            options.premultiplied,
            options.crop,
            to.store,
            to.offset,
            to.size,
            stride.toLong(),
        )
    }

    // A photo has at most 2^28 pixels: their bytes fit in an array.
    private fun pixelCount(): Int = size.width * size.height

    private fun byteCount(rect: PixelRect): Int {
        val bytes = 4L * rect.width * rect.height
        if (bytes > Int.MAX_VALUE) {
            throw SegmentationException.OutOfMemory("the cut-out is larger than a buffer can be")
        }
        return bytes.toInt()
    }
}

private fun boundsOf(info: Fields) =
    PixelRect(
        info.int("bounds_x"),
        info.int("bounds_y"),
        info.int("bounds_width"),
        info.int("bounds_height"),
    )

internal fun checkByte(value: Int) {
    if (value !in 1..255) {
        throw SegmentationException.InvalidArgument("the value $value is not 1 to 255")
    }
}
