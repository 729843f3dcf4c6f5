package org.squeezesam

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** One blocking call into the core that can be cancelled, and what its engine threw. */
internal class Call(private val interrupt: () -> Unit = {}) {
    @Volatile
    var isCancelled: Boolean = false
        private set

    /** Whether a thread is making the call just now. */
    private var underWay = false

    /** Read and written by the thread that makes the call. */
    var engineFailure: Throwable? = null

    /**
     * Stops the call at the end of its stage. The flag is for the engine's bridge, so that a call
     * which has not reached the core yet is stopped as well; [interrupt] reaches this call alone,
     * never one that came after it.
     */
    fun cancel() {
        synchronized(this) {
            isCancelled = true
            if (underWay) interrupt()
        }
    }

    /**
     * Runs [block] on [dispatcher]; cancelling the coroutine cancels the call. What [block] made
     * but nobody received any more is given to [discard].
     */
    suspend fun <T : Any> run(
        dispatcher: CoroutineDispatcher,
        discard: (T) -> Unit = {},
        block: () -> T,
    ): T {
        var made: T? = null
        try {
            return coroutineScope {
                // Unconfined: runs in the thread that cancels, and needs no free thread to do so.
                val watcher =
                    launch(Dispatchers.Unconfined) {
                        try {
                            awaitCancellation()
                        } finally {
                            cancel()
                        }
                    }
                val result = withContext(dispatcher) { during { block().also { made = it } } }
                watcher.cancel()
                result
            }
        } catch (failure: Throwable) {
            made?.let(discard)
            // A cancelled coroutine reports its cancellation, not the core's answer to it.
            currentCoroutineContext().ensureActive()
            throw failure
        }
    }

    private fun <T> during(block: () -> T): T {
        val outer = threadCall.get()
        threadCall.set(this)
        synchronized(this) { underWay = true }
        try {
            return block()
        } finally {
            synchronized(this) { underWay = false }
            threadCall.set(outer)
        }
    }

    companion object {
        private val threadCall = ThreadLocal<Call?>()

        /** The call that this thread is making. */
        val current: Call?
            get() = threadCall.get()
    }
}
