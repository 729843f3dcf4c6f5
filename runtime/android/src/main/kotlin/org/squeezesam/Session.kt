package org.squeezesam

import java.io.Closeable
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** Which mask to make of a prediction. */
public data class PredictOptions(
    /** Index of one of the network's masks; null: the one with the highest score. */
    public val candidate: Int? = null,
    /** Keep the largest 8-connected piece only. */
    public val keepLargest: Boolean = false,
    /** Fill holes of at most so many photo pixels; 0: none, -1: all. */
    public val maxHoleArea: Long = 0,
) {
    /** The core's -1 for "the best one" stays inside: here that is null, and -1 an error. */
    internal val candidateNumber: Int
        get() {
            if (candidate != null && candidate < 0) {
                throw SegmentationException.InvalidArgument("there is no candidate $candidate")
            }
            return candidate ?: -1
        }
}

/**
 * One photo and what the person has said about it. Made by [Segmenter.open].
 *
 * Any thread may call any function at any time, the main thread too; calls are made in the order
 * in which they come. The latest prompt wins: a change of the prompts or a newer [predict] stops
 * the prediction under way, which then throws [SegmentationException.Cancelled]. Cancelling its
 * coroutine stops it as well. The network that is running at that moment is let to its end.
 *
 * Coordinates are pixels of the upright photo: origin top left, x right, y down, the centre of the
 * first pixel is (0, 0).
 */
public class Session internal constructor(
    private val handle: NativeHandle,
    private val dispatcher: CoroutineDispatcher,
) : Closeable {
    /** Held by the one call that is inside the core. */
    private val turn = Mutex()
    private val lock = Any()
    private var prediction: Call? = null
    private val mutablePrompts = MutableStateFlow<List<Prompt>>(emptyList())

    /** Size of the upright photo. */
    @Volatile
    public var size: Size = Size(0, 0)
        private set

    /** What the person gave so far: the box, if there is one, then the clicks, oldest first. */
    public val prompts: StateFlow<List<Prompt>> = mutablePrompts.asStateFlow()

    /** Takes another photo (the next camera frame) and forgets the prompts. */
    public suspend fun setPhoto(photo: Photo): Unit =
        change { session ->
            Native.sessionSetImage(session, photo.description, photo.store, photo.chromaStore)
            val (width, height) = Native.sessionSize(session)
            size = Size(width, height)
        }

    /**
     * Adds a click: this belongs to the object, or with [foreground] false, this does not.
     *
     * Throws [SegmentationException.InvalidPrompt] for a click outside the photo
     * (-0.5 <= x < width - 0.5, likewise y) and [SegmentationException.UnsupportedPrompt] for a
     * background click that the model was not trained for.
     */
    public suspend fun addPoint(x: Double, y: Double, foreground: Boolean = true): Unit =
        change { Native.sessionAddPoint(it, x, y, foreground) }

    /**
     * Draws the box round the object, in place of the former one; it is clamped to the photo.
     *
     * Throws [SegmentationException.InvalidPrompt] for an empty or inverted box (x0 < x1, y0 < y1)
     * and for one outside the photo.
     */
    public suspend fun setBox(x0: Double, y0: Double, x1: Double, y1: Double): Unit =
        change { Native.sessionSetBox(it, x0, y0, x1, y1) }

    /** Adds a click or sets the box. */
    public suspend fun add(prompt: Prompt): Unit =
        when (prompt) {
            is Prompt.Foreground -> addPoint(prompt.x, prompt.y, foreground = true)
            is Prompt.Background -> addPoint(prompt.x, prompt.y, foreground = false)
            is Prompt.Box -> setBox(prompt.x0, prompt.y0, prompt.x1, prompt.y1)
        }

    /** Takes back the last click, box or clear; false if there was nothing to take back. */
    public suspend fun undo(): Boolean = change { Native.sessionUndo(it) }

    /** Takes away all prompts; [undo] brings them back. */
    public suspend fun clear(): Unit = change { Native.sessionClear(it) }

    /** How automatic clicks are found in what stands out, for this photo and later ones. */
    public suspend fun setAutomatic(clicks: AutomaticClicks): Unit =
        change { session ->
            when (clicks) {
                is AutomaticClicks.Centres -> Native.sessionSetAutomatic(session, false, 0)
                is AutomaticClicks.Random ->
                    Native.sessionSetAutomatic(session, true, clicks.seed.toInt())
            }
        }

    /** Where the model would click by itself: up to five points, none if nothing stands out. */
    public suspend fun automaticClicks(): List<Prompt> =
        predicting { promptsOf(Native.sessionAutomatic(it)) }

    /**
     * The mask for the prompts; without a foreground click or a box, the automatic mask.
     *
     * Throws [SegmentationException.NothingStandsOut] when the automatic mask is asked for and the
     * photo is featureless, [SegmentationException.UnsupportedPrompt] where the bundle needs a
     * prompt, [SegmentationException.EngineFailed], [SegmentationException.Cancelled], and
     * [SegmentationException.InvalidArgument] for a candidate that does not exist.
     */
    public suspend fun predict(options: PredictOptions = PredictOptions()): Mask =
        predicting(Mask::close) { session ->
            Mask(
                Native.sessionPredict(
                    session,
                    options.candidateNumber,
                    options.keepLargest,
                    options.maxHoleArea,
                ),
            )
        }

    /** Stops the prediction under way, which throws [SegmentationException.Cancelled]. */
    public fun cancel() {
        synchronized(lock) { prediction }?.cancel()
    }

    /** Stops what is under way and frees the session. */
    override fun close() {
        cancel()
        handle.close()
    }

    /** A change waits for its turn, but no prediction for the former prompts goes on meanwhile. */
    private suspend fun <T : Any> change(block: (Long) -> T): T {
        cancel()
        return inTurn(Call()) { session ->
            val result = block(session)
            mutablePrompts.value = promptsOf(Native.sessionPrompts(session))
            result
        }
    }

    /** A prediction takes the place of the one before. */
    private suspend fun <T : Any> predicting(discard: (T) -> Unit = {}, block: (Long) -> T): T {
        val call = Call(::interrupt)
        val former = synchronized(lock) { prediction.also { prediction = call } }
        former?.cancel()
        return inTurn(call, discard, block)
    }

    private suspend fun <T : Any> inTurn(
        call: Call,
        discard: (T) -> Unit = {},
        block: (Long) -> T,
    ): T =
        turn.withLock {
            call.run(dispatcher, discard) {
                handle.use { session ->
                    checkNotCancelled(call)
                    block(session)
                }
            }
        }

    private fun interrupt() {
        try {
            handle.use(Native::sessionCancel)
        } catch (_: SegmentationException.WrongState) {
            // Closed in this very moment: there is nothing left to stop.
        }
    }

    private fun checkNotCancelled(call: Call) {
        if (call.isCancelled) {
            throw SegmentationException.Cancelled("the prediction was cancelled")
        }
    }
}
