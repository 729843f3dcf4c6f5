package org.squeezesam

import java.io.Closeable
import java.lang.ref.PhantomReference
import java.lang.ref.ReferenceQueue
import java.util.Collections
import java.util.concurrent.atomic.AtomicLong

/**
 * Owns one native handle. Using it after [close] throws; closing it while another thread uses it
 * frees it when that thread is done. One that is forgotten is freed some time after the garbage
 * collector has found it.
 *
 * @param what for the sentence: "the mask"
 */
internal class NativeHandle(pointer: Long, private val what: String, free: (Long) -> Unit) :
    Closeable {
    private val owned = Owned(pointer, free)
    private var users = 0
    private var closed = false

    init {
        Forgotten.watch(this, owned)
    }

    val isClosed: Boolean
        get() = synchronized(owned) { closed }

    /** Calls [block] with the handle, which lives at least until it returns. */
    inline fun <T> use(block: (Long) -> T): T {
        val pointer = enter()
        try {
            return block(pointer)
        } finally {
            leave()
        }
    }

    fun enter(): Long =
        synchronized(owned) {
            if (closed) {
                throw SegmentationException.WrongState("$what has been closed")
            }
            users += 1
            owned.pointer
        }

    fun leave() {
        val last = synchronized(owned) { --users == 0 && closed }
        if (last) owned.free()
    }

    override fun close() {
        val unused =
            synchronized(owned) {
                closed = true
                users == 0
            }
        if (unused) owned.free()
    }
}

/** A pointer that is freed once. */
private class Owned(pointer: Long, private val release: (Long) -> Unit) {
    private val address = AtomicLong(pointer)

    val pointer: Long
        get() = address.get()

    fun free() {
        val pointer = address.getAndSet(0)
        if (pointer != 0L) release(pointer)
    }
}

/** Frees what nobody closed, whenever another handle is made. */
private object Forgotten {
    private class Trace(handle: NativeHandle, val owned: Owned) :
        PhantomReference<NativeHandle>(handle, queue)

    private val queue = ReferenceQueue<NativeHandle>()
    private val traces = Collections.synchronizedSet(HashSet<Trace>())

    fun watch(handle: NativeHandle, owned: Owned) {
        while (true) {
            val found = queue.poll() as Trace? ?: break
            traces.remove(found)
            found.owned.free()
        }
        traces.add(Trace(handle, owned))
    }
}
