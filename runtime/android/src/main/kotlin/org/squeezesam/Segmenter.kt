package org.squeezesam

import java.io.Closeable
import java.io.File
import kotlin.time.Duration
import kotlin.time.TimeSource
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** Where a [Segmenter] is between [Segmenter.load] and [Segmenter.close]. */
public sealed interface SegmenterState {
    /** Nothing is loaded: at the beginning, after `close`, after a load that was cancelled. */
    public data object Unloaded : SegmenterState

    public data object Loading : SegmenterState

    /** @property loadTime of the last load: bundle, engine and prewarming. */
    public class Ready internal constructor(
        public val bundle: ModelBundle,
        public val loadTime: Duration,
    ) : SegmenterState

    public class Failed internal constructor(public val error: SegmentationException) :
        SegmenterState
}

/**
 * A model, ready to run. Every function may be called on any thread, the main thread too: what
 * takes long runs on [dispatcher].
 *
 *     val segmenter = Segmenter.load(folder, ExecuTorchEngines())
 *     val session = segmenter.open(photo)
 *     val mask = session.predict()                // the automatic first mask
 *     session.addPoint(x, y)
 *     val better = session.predict()
 */
public class Segmenter(
    private val engines: EngineFactory,
    private val dispatcher: CoroutineDispatcher = Dispatchers.Default,
) : Closeable {
    private val loading = Mutex()
    private val mutableState = MutableStateFlow<SegmenterState>(SegmenterState.Unloaded)
    private val lock = Any()
    private var loaded: Loaded? = null
    private var closings = 0

    /** For the user interface to follow. */
    public val state: StateFlow<SegmenterState> = mutableState.asStateFlow()

    /** The bundle that is loaded; null unless the state is ready. */
    public val bundle: ModelBundle?
        get() = synchronized(lock) { loaded?.bundle }

    /** Loads the bundle in [folder]; see [ModelBundle.open]. */
    public suspend fun load(
        folder: File,
        check: BundleCheck = BundleCheck.HASHES,
        prewarm: Boolean = false,
    ): Unit = load(prewarm) { ModelBundle.open(folder, check) }

    /**
     * Loads the bundle that [source] opens, in place of the one that was loaded before; sessions
     * of that one go on working. With [prewarm] every program runs once, so that the first mask
     * does not pay for the engine's own preparations.
     *
     * Throws [SegmentationException.UnusableBundle] and its kinds,
     * [SegmentationException.EngineUnavailable] for an engine that does not execute this bundle's
     * target, and [SegmentationException.EngineFailed]; the state then is `Failed` with the same
     * error.
     */
    public suspend fun load(prewarm: Boolean = false, source: suspend () -> ModelBundle): Unit =
        loading.withLock {
            val before = begin()
            try {
                val start = TimeSource.Monotonic.markNow()
                val opened = source()
                val made =
                    try {
                        make(opened, prewarm)
                    } catch (failure: Throwable) {
                        opened.close()
                        throw failure
                    }
                install(made, before, start.elapsedNow())
            } catch (cancelled: CancellationException) {
                mutableState.value = SegmenterState.Unloaded
                throw cancelled
            } catch (failure: Throwable) {
                val error = failure as? SegmentationException ?: unexpected(failure)
                fail(error, before)
                throw error
            }
        }

    /** Runs every program once on an empty picture. */
    public suspend fun prewarm() {
        val handle = ready().handle
        Call().run(dispatcher) { handle.use(Native::segmenterPrewarm) }
    }

    /**
     * Takes a photo: turns it upright and shrinks it to the networks' inputs; the photo itself is
     * not kept.
     *
     * Throws [SegmentationException.UnusablePhoto], [SegmentationException.InvalidArgument] for a
     * bad description, [SegmentationException.WrongState] when nothing is loaded.
     */
    public suspend fun open(photo: Photo): Session {
        val pointer = ready().handle.use(Native::sessionCreate)
        val handle = NativeHandle(pointer, "the session", Native::sessionFree)
        val session = Session(handle, dispatcher)
        try {
            session.setPhoto(photo)
        } catch (failure: Throwable) {
            session.close()
            throw failure
        }
        return session
    }

    /** Lets the model go. Sessions that are open keep what they need until they are closed. */
    override fun close() {
        val former =
            synchronized(lock) {
                closings += 1
                mutableState.value = SegmenterState.Unloaded
                loaded.also { loaded = null }
            }
        former?.close()
    }

    private fun ready(): Loaded =
        synchronized(lock) {
            loaded ?: throw SegmentationException.WrongState("no model is loaded yet: call load")
        }

    private fun begin(): Int {
        close()
        return synchronized(lock) {
            mutableState.value = SegmenterState.Loading
            closings
        }
    }

    private fun install(made: Loaded, before: Int, time: Duration) {
        val wanted =
            synchronized(lock) {
                if (closings == before) {
                    loaded = made
                    mutableState.value = SegmenterState.Ready(made.bundle, time)
                }
                closings == before
            }
        if (!wanted) {
            made.close()
            throw SegmentationException.WrongState("the segmenter was closed while it loaded")
        }
    }

    private fun fail(error: SegmentationException, before: Int) {
        synchronized(lock) {
            if (closings == before) mutableState.value = SegmenterState.Failed(error)
        }
    }

    private suspend fun make(bundle: ModelBundle, prewarm: Boolean): Loaded {
        if (engines.target != bundle.target) {
            throw SegmentationException.EngineUnavailable(
                "the ${engines.name} engine executes ${engines.target.label} bundles, " +
                    "'${bundle.name}' is for ${bundle.target.label}",
            )
        }
        return Call().run(dispatcher, Loaded::close) {
            val made = Loaded(bundle, join(bundle))
            try {
                if (prewarm) made.handle.use(Native::segmenterPrewarm)
            } catch (failure: Throwable) {
                made.handle.close()
                throw failure
            }
            made
        }
    }

    private fun join(bundle: ModelBundle): NativeHandle {
        val engine = created(bundle)
        try {
            val bridge = EngineBridge(engine, bundle.programs)
            val pointer =
                bundle.handle.use { Native.segmenterCreate(it, bridge, engine.concurrent) }
            return NativeHandle(pointer, "the segmenter", Native::segmenterFree)
        } catch (failure: Throwable) {
            engine.close()
            throw failure
        }
    }

    private fun created(bundle: ModelBundle): Engine =
        try {
            engines.create(bundle)
        } catch (known: SegmentationException) {
            throw known
        } catch (missing: LinkageError) {
            throw SegmentationException.EngineUnavailable(
                "the ${engines.name} engine is not available here: ${missing.message}",
                missing,
            )
        } catch (failure: Exception) {
            throw SegmentationException.EngineFailed(
                "the ${engines.name} engine cannot load '${bundle.name}': " +
                    (failure.message ?: failure.javaClass.simpleName),
                failure,
            )
        }

    private fun unexpected(failure: Throwable): SegmentationException {
        val reason = failure.message ?: failure.javaClass.simpleName
        return when (failure) {
            is OutOfMemoryError -> SegmentationException.OutOfMemory("out of memory", failure)
            is LinkageError ->
                SegmentationException.EngineUnavailable(
                    "the native library of squeezesam cannot be loaded: $reason",
                    failure,
                )
            else ->
                SegmentationException.UnusableBundle(
                    "the bundle cannot be opened: $reason",
                    failure,
                )
        }
    }

    private class Loaded(val bundle: ModelBundle, val handle: NativeHandle) : Closeable {
        override fun close() {
            handle.close()
            bundle.close()
        }
    }

    public companion object {
        /** Makes a segmenter and loads the bundle in [folder]. */
        public suspend fun load(
            folder: File,
            engines: EngineFactory,
            check: BundleCheck = BundleCheck.HASHES,
            prewarm: Boolean = false,
        ): Segmenter = Segmenter(engines).also { it.load(folder, check, prewarm) }
    }
}
