package org.squeezesam.demo.editor

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.squeezesam.ModelBundle
import org.squeezesam.Segmenter
import org.squeezesam.demo.DiscEngine
import org.squeezesam.demo.DiscEngines
import org.squeezesam.demo.greyPhoto
import org.squeezesam.demo.manifest

/** An editor, and what a test of it asks. */
internal class EditorBench(val editor: Editor, val engine: DiscEngine) {
    val state: EditorState
        get() = editor.state.value

    /** Waits until all is done, and gives the state then. */
    suspend fun settled(condition: (EditorState) -> Boolean): EditorState =
        withTimeout(20_000) {
            editor.state.first {
                it.stage != Stage.OPENING && !it.isPredicting && condition(it)
            }
        }

    suspend fun opened(history: EditHistory = EditHistory(), candidate: Int? = null) {
        editor.open(history, candidate) { greyPhoto() }
        settled { it.stage == Stage.OPEN && (it.selection != null || it.problem != null) }
    }

    suspend fun after(prompts: Int): EditorState =
        settled { it.history.prompts.size == prompts && it.selection?.prompts?.size == prompts }
}

/** Runs [test] on an editor whose model is [text] and whose networks are [engine]. */
internal fun editing(
    engine: DiscEngine = DiscEngine(),
    text: String = manifest(),
    test: suspend EditorBench.() -> Unit,
) = runBlocking {
    val segmenter = Segmenter(DiscEngines(engine))
    val scope = CoroutineScope(coroutineContext + Job(coroutineContext[Job]))
    val editor =
        Editor(scope) {
            if (segmenter.bundle == null) {
                segmenter.load(prewarm = false) { ModelBundle.parse(text) }
            }
            val facts = ModelFacts.of(checkNotNull(segmenter.bundle), "discs", 1)
            LoadedModel(segmenter, facts)
        }
    try {
        EditorBench(editor, engine).test()
    } finally {
        editor.dispose()
        scope.coroutineContext[Job]?.cancel()
        coroutineContext.cancelChildren()
        segmenter.close()
    }
}
