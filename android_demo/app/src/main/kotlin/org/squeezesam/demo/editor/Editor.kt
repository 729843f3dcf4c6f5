package org.squeezesam.demo.editor

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.squeezesam.Mask
import org.squeezesam.Photo
import org.squeezesam.PredictOptions
import org.squeezesam.Prompt
import org.squeezesam.SegmentationException
import org.squeezesam.Segmenter
import org.squeezesam.Session

/** A segmenter that is loaded, and what to tell about it. */
internal class LoadedModel(val segmenter: Segmenter, val facts: ModelFacts)

/**
 * One photo being cut out: takes what the person does, keeps [state] for the screen.
 *
 * What is done is done in order, without waiting for masks: the latest prompt wins. Call it from
 * the thread of [scope], which must have only one.
 *
 * @param model loads the model, or gives the one that is loaded.
 */
internal class Editor(
    private val scope: CoroutineScope,
    private val model: suspend () -> LoadedModel,
) {
    private val mutableState = MutableStateFlow(EditorState())
    private val commands = Channel<suspend () -> Unit>(Channel.UNLIMITED)

    /** Held while the mask is used or replaced. */
    private val maskLock = Mutex()
    private var mask: Mask? = null
    private var session: Session? = null
    private var prediction: Job? = null

    val state: StateFlow<EditorState> = mutableState.asStateFlow()

    init {
        scope.launch { for (command in commands) command() }
    }

    /**
     * Takes a photo in place of the former one.
     *
     * @param photo makes it; may throw, and what it throws becomes the problem.
     * @param history what was done to this photo before, in an earlier life of the app.
     * @param candidate the mask that was chosen then; null: the best one.
     */
    fun open(
        history: EditHistory = EditHistory(),
        candidate: Int? = null,
        photo: suspend () -> Photo,
    ): Unit =
        submit {
            forget()
            mutableState.update { EditorState(Stage.OPENING, model = it.model) }
            val loaded = model()
            val opened = loaded.segmenter.open(photo())
            session = opened
            mutableState.update {
                it.copy(
                    stage = Stage.OPEN,
                    photoSize = opened.size,
                    model = loaded.facts,
                    canExclude = loaded.segmenter.bundle?.canNegativePoints ?: true,
                )
            }
            val kept = replay(opened, history)
            mutableState.update { it.copy(history = kept) }
            val known = 0 until (loaded.segmenter.bundle?.candidateCount ?: 0)
            predict(candidate?.takeIf { it in known })
        }

    fun add(prompt: Prompt): Unit = edit(Edit.Add(prompt))

    /** Takes all prompts away; does nothing where there are none. */
    fun clear(): Unit = edit(Edit.Clear)

    fun undo(): Unit =
        submit {
            val history = state.value.history
            val open = session
            if (open != null && history.canUndo) {
                open.undo()
                mutableState.update { it.copy(history = history.undo()) }
                predict()
            }
        }

    fun redo(): Unit =
        submit {
            val history = state.value.history
            val open = session
            if (open != null && history.canRedo) {
                apply(open, history.undone.first())
                mutableState.update { it.copy(history = history.redo()) }
                predict()
            }
        }

    /** Shows another of the masks that the network proposed; no network runs. */
    fun choose(candidate: Int): Unit =
        submit {
            // While a prediction is under way the masks are about to be others.
            if (prediction?.isActive != true) {
                maskLock.withLock { mask?.derive(PredictOptions(candidate)) }?.let { show(it) }
            }
        }

    /** Lets [use] work with the mask, which stays as it is meanwhile. Null where there is none. */
    suspend fun <T : Any> export(use: suspend (Mask) -> T): T? =
        maskLock.withLock { mask?.let { use(it) } }

    /** Something went wrong outside, or a former problem has been read: null. */
    fun report(problem: Problem?): Unit = mutableState.update { it.copy(problem = problem) }

    /** Lets go of the photo. */
    fun close(): Unit =
        submit {
            forget()
            mutableState.update { EditorState(model = it.model) }
        }

    /** Frees what Java does not see; the editor is of no use afterwards. */
    fun dispose() {
        commands.close()
        prediction?.cancel()
        session?.close()
        mask?.close()
    }

    private fun edit(edit: Edit): Unit =
        submit {
            val open = session
            val pointless =
                edit is Edit.Clear &&
                    state.value.history.prompts
                        .isEmpty()
            if (open != null && !pointless) {
                apply(open, edit)
                mutableState.update { it.copy(history = it.history.with(edit)) }
                predict()
            }
        }

    private fun submit(command: suspend () -> Unit) {
        commands.trySend { attempt(command) }
    }

    private suspend fun apply(session: Session, edit: Edit) {
        try {
            when (edit) {
                is Edit.Add -> session.add(edit.prompt)
                Edit.Clear -> session.clear()
            }
        } catch (refused: SegmentationException.InvalidPrompt) {
            // The attempt has stopped the prediction for the prompts that still stand.
            if (prediction?.isActive == true) predict()
            throw refused
        }
    }

    /** Another model may refuse what an earlier one took: then the history starts anew. */
    private suspend fun replay(session: Session, history: EditHistory): EditHistory =
        try {
            history.done.forEach { apply(session, it) }
            history
        } catch (_: SegmentationException.InvalidPrompt) {
            session.clear()
            EditHistory()
        }

    private fun predict(candidate: Int? = null) {
        val open = session ?: return
        prediction?.cancel()
        mutableState.update { it.copy(isPredicting = true, problem = null) }
        val job = scope.launch { attempt { show(open.predict(PredictOptions(candidate))) } }
        prediction = job
        job.invokeOnCompletion {
            // A newer one may have begun.
            if (prediction === job) mutableState.update { it.copy(isPredicting = false) }
        }
    }

    private suspend fun show(made: Mask) {
        val selection =
            try {
                selectionOf(made)
            } catch (failure: Throwable) {
                made.close()
                throw failure
            }
        maskLock.withLock {
            mask?.close()
            mask = made
        }
        mutableState.update { it.copy(selection = selection) }
    }

    private suspend fun selectionOf(made: Mask): Selection =
        Selection(
            outline = made.contour(OUTLINE_TOLERANCE),
            candidates = made.candidates,
            chosen = made.candidate,
            score = made.score,
            isAutomatic = made.isAutomatic,
            prompts = made.prompts,
            coverage = made.area.toDouble() / made.size.width / made.size.height,
            timings = made.timings,
        )

    private suspend fun forget() {
        prediction?.cancel()
        prediction = null
        session?.close()
        session = null
        maskLock.withLock {
            mask?.close()
            mask = null
        }
    }

    /** What goes wrong becomes a problem on the screen; what a newer prompt stopped does not. */
    private suspend fun attempt(action: suspend () -> Unit) {
        try {
            action()
        } catch (_: CancellationException) {
            currentCoroutineContext().ensureActive()
        } catch (_: SegmentationException.Cancelled) {
            // The latest prompt wins.
        } catch (failure: Throwable) {
            fail(Problem.of(failure))
        }
    }

    private suspend fun fail(problem: Problem) {
        val opened = state.value.stage == Stage.OPEN
        if (!opened) forget()
        val nothing = problem == Problem.NOTHING_STANDS_OUT
        if (nothing) {
            maskLock.withLock {
                mask?.close()
                mask = null
            }
        }
        mutableState.update {
            it.copy(
                stage = if (opened) Stage.OPEN else Stage.EMPTY,
                selection = if (nothing) null else it.selection,
                problem = problem,
            )
        }
    }

    private companion object {
        /** How far the outline may stray from the mask's edge, in photo pixels. */
        const val OUTLINE_TOLERANCE = 0.75
    }
}
