package org.squeezesam.demo

import android.content.Context
import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.squeezesam.EngineFactory
import org.squeezesam.ModelBundle
import org.squeezesam.SegmentationException
import org.squeezesam.Segmenter
import org.squeezesam.SegmenterState
import org.squeezesam.android.fromAssets
import org.squeezesam.demo.editor.LoadedModel
import org.squeezesam.demo.editor.ModelFacts
import org.squeezesam.executorch.ExecuTorchEngines

/** The bundles in the app and those that were pushed beside it, and the one that is loaded. */
internal class Models(private val context: Context) {
    private val lock = Mutex()
    private val segmenter = Segmenter(engines(threads = null))

    /** Loads the app's own bundle the first time. Throws what [Segmenter.load] throws. */
    suspend fun shared(): LoadedModel =
        lock.withLock {
            if (segmenter.bundle ==
                null
            ) {
                segmenter.load(prewarm = true) { open(BuildConfig.BUNDLE) }
            }
            val ready = segmenter.state.value as SegmenterState.Ready
            LoadedModel(
                segmenter,
                ModelFacts.of(ready.bundle, ENGINE, ready.loadTime.inWholeMilliseconds),
            )
        }

    /** What executes the bundles; [threads] null leaves their number to it. */
    fun engines(threads: Int?): EngineFactory = ExecuTorchEngines(threads ?: 0)

    /** Whether there is a bundle of this name. */
    suspend fun has(name: String): Boolean =
        withContext(Dispatchers.IO) {
            pushed(name).isDirectory || name in context.assets.list(ASSETS).orEmpty()
        }

    /**
     * Opens a bundle: one that was pushed goes before one that is built in.
     *
     * @throws SegmentationException.UnusableBundle where there is none of that name.
     */
    suspend fun open(name: String): ModelBundle {
        if (!has(name)) throw SegmentationException.UnusableBundle("there is no bundle '$name'")
        val folder = pushed(name)
        if (folder.isDirectory) return ModelBundle.open(folder)
        return ModelBundle.fromAssets(context, "$ASSETS/$name")
    }

    private fun pushed(name: String): File =
        File(context.getExternalFilesDir(null) ?: context.filesDir, "bundles/$name")

    private companion object {
        const val ASSETS = "models"
        const val ENGINE = "ExecuTorch"
    }
}
