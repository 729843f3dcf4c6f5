package org.squeezesam.demo.editor

import org.squeezesam.Candidate
import org.squeezesam.Contour
import org.squeezesam.ModelBundle
import org.squeezesam.Prompt
import org.squeezesam.Size
import org.squeezesam.Timings

/** How far the editor has come with the photo. */
internal enum class Stage {
    /** There is no photo. */
    EMPTY,

    /** The model is being loaded or the photo being taken in. */
    OPENING,

    /** The photo can be clicked. */
    OPEN,
}

/** One mask, as the screen shows it. */
internal data class Selection(
    val outline: Contour,
    val candidates: List<Candidate>,
    /** Index of the candidate that is shown. */
    val chosen: Int,
    /** The IoU that the network predicts for it, 0 to 1. */
    val score: Float,
    /** The model itself found where to click. */
    val isAutomatic: Boolean,
    /** The clicks and the box that the network was given. */
    val prompts: List<Prompt>,
    /** Object pixels, as a share of the photo. */
    val coverage: Double,
    val timings: Timings,
) {
    /** The model chose by itself and promises little: the screen asks for a tap. */
    val isDoubtful: Boolean
        get() = isAutomatic && score < DOUBTFUL_BELOW

    companion object {
        /** docs/scores.md says how often a mask below it is a poor one. */
        const val DOUBTFUL_BELOW = 0.6f
    }
}

/** What there is to know about the model. */
internal data class ModelFacts(
    val name: String,
    val engine: String,
    val backend: String,
    val precision: String,
    val inputSize: Size,
    /** Of all its programs. */
    val bytes: Long,
    val loadMillis: Long,
) {
    companion object {
        fun of(bundle: ModelBundle, engine: String, loadMillis: Long): ModelFacts =
            ModelFacts(
                bundle.name,
                engine,
                bundle.backend,
                bundle.precision,
                bundle.inputSize,
                bundle.programs.sumOf { it.fileSize },
                loadMillis,
            )
    }
}

/** Everything that the editor's screen shows. */
internal data class EditorState(
    val stage: Stage = Stage.EMPTY,
    /** Of the upright photo; null without one. */
    val photoSize: Size? = null,
    val history: EditHistory = EditHistory(),
    /** The mask; null before the first one and where nothing was found. */
    val selection: Selection? = null,
    /** A prediction is under way. */
    val isPredicting: Boolean = false,
    val problem: Problem? = null,
    val model: ModelFacts? = null,
    /** Whether this model understands background clicks. */
    val canExclude: Boolean = true,
) {
    val canUndo: Boolean
        get() = stage == Stage.OPEN && history.canUndo

    val canRedo: Boolean
        get() = stage == Stage.OPEN && history.canRedo

    val canClear: Boolean
        get() = stage == Stage.OPEN && history.prompts.isNotEmpty()

    /** There is something to save or share. */
    val canExport: Boolean
        get() = selection != null && selection.coverage > 0
}
