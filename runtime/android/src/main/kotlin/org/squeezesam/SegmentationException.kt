package org.squeezesam

/**
 * Everything that squeezesam throws on purpose. The message is one sentence for the person in
 * front of the app, the same in every language.
 */
public sealed class SegmentationException(message: String, cause: Throwable? = null) :
    Exception(message, cause) {
    /** A value that makes no sense whatever the photo: a bug in the calling program. */
    public class InvalidArgument(message: String) : SegmentationException(message)

    /** The call makes no sense now: nothing is loaded yet, or the object has been closed. */
    public class WrongState(message: String) : SegmentationException(message)

    /** Memory ran out. A smaller photo may work. */
    public class OutOfMemory(message: String, cause: Throwable? = null) :
        SegmentationException(message, cause)

    /** A newer call on the same session has taken over, or [Session.cancel] was called. */
    public class Cancelled(message: String) : SegmentationException(message)

    /** No pixels, too large, or not the photo that the mask was made from. */
    public class UnusablePhoto(message: String) : SegmentationException(message)

    /** A click outside the photo, an empty or inverted box. */
    public open class InvalidPrompt(message: String) : SegmentationException(message)

    /** The bundle was not trained for this kind of prompt, or cannot do without one. */
    public class UnsupportedPrompt(message: String) : InvalidPrompt(message)

    /** The automatic mask of a photo in which nothing stands out: ask for a click or a box. */
    public class NothingStandsOut(message: String) : InvalidPrompt(message)

    /** The bundle cannot be read, or its manifest contradicts itself. */
    public open class UnusableBundle(message: String, cause: Throwable? = null) :
        SegmentationException(message, cause)

    /** A file of the bundle is missing, or its size or sha256 is not the manifest's. */
    public class DamagedBundle(message: String) : UnusableBundle(message)

    /** The bundle was made by a newer squeezesam-export. */
    public class NewerBundle(message: String) : UnusableBundle(message)

    /** The engine failed; [cause] is what it threw. */
    public open class EngineFailed(message: String, cause: Throwable? = null) :
        SegmentationException(message, cause)

    /** The engine is for another kind of bundle, or its library is not in the app. */
    public class EngineUnavailable(message: String, cause: Throwable? = null) :
        EngineFailed(message, cause)

    /** A bug in squeezesam; please report it. */
    public class Internal(message: String) : SegmentationException(message)
}

/** `ssam_status`. */
internal object Status {
    const val OK = 0
    const val INVALID_ARGUMENT = 1
    const val STATE = 2
    const val BUFFER_TOO_SMALL = 3
    const val OUT_OF_MEMORY = 4
    const val BUSY = 5
    const val CANCELLED = 6
    const val PHOTO = 7
    const val PROMPT = 8
    const val PROMPT_UNSUPPORTED = 9
    const val NOTHING_STANDS_OUT = 10
    const val BUNDLE = 11
    const val BUNDLE_DAMAGED = 12
    const val BUNDLE_VERSION = 13
    const val ENGINE = 14
}

internal fun failureOf(status: Int, sentence: String): SegmentationException =
    when (status) {
        Status.INVALID_ARGUMENT, Status.BUFFER_TOO_SMALL ->
            SegmentationException.InvalidArgument(sentence)
        // A session of ours lets one call in at a time: the core is never busy.
        Status.STATE, Status.BUSY -> SegmentationException.WrongState(sentence)
        Status.OUT_OF_MEMORY ->
            SegmentationException.OutOfMemory(sentence, Call.current?.engineFailure)
        Status.CANCELLED -> SegmentationException.Cancelled(sentence)
        Status.PHOTO -> SegmentationException.UnusablePhoto(sentence)
        Status.PROMPT -> SegmentationException.InvalidPrompt(sentence)
        Status.PROMPT_UNSUPPORTED -> SegmentationException.UnsupportedPrompt(sentence)
        Status.NOTHING_STANDS_OUT -> SegmentationException.NothingStandsOut(sentence)
        Status.BUNDLE -> SegmentationException.UnusableBundle(sentence)
        Status.BUNDLE_DAMAGED -> SegmentationException.DamagedBundle(sentence)
        Status.BUNDLE_VERSION -> SegmentationException.NewerBundle(sentence)
        Status.ENGINE -> SegmentationException.EngineFailed(sentence, Call.current?.engineFailure)
        else -> SegmentationException.Internal(sentence)
    }
