package org.squeezesam.demo.editor

import org.squeezesam.Prompt

/** Something that the person did to the prompts. */
internal sealed interface Edit {
    data class Add(val prompt: Prompt) : Edit

    data object Clear : Edit
}

/** What was done, oldest first, and what was taken back, the latest first. */
internal data class EditHistory(
    val done: List<Edit> = emptyList(),
    val undone: List<Edit> = emptyList(),
) {
    val canUndo: Boolean
        get() = done.isNotEmpty()

    val canRedo: Boolean
        get() = undone.isNotEmpty()

    /** What stands: the latest box, if there is one, then the clicks, oldest first. */
    val prompts: List<Prompt>
        get() {
            val added =
                done
                    .subList(done.indexOfLast { it is Edit.Clear } + 1, done.size)
                    .filterIsInstance<Edit.Add>()
                    .map { it.prompt }
            val (boxes, clicks) = added.partition { it is Prompt.Box }
            return boxes.takeLast(1) + clicks
        }

    /** After a new edit nothing can be redone any more. */
    fun with(edit: Edit): EditHistory = EditHistory(done + edit)

    fun undo(): EditHistory =
        if (canUndo) EditHistory(done.dropLast(1), listOf(done.last()) + undone) else this

    fun redo(): EditHistory =
        if (canRedo) EditHistory(done + undone.first(), undone.drop(1)) else this

    /** One line, for what outlives the process; see [parse]. */
    fun toText(): String = textOf(done) + "/" + textOf(undone)

    companion object {
        /** The history of a [toText]; an empty one for anything else. */
        fun parse(text: String?): EditHistory {
            val parts = text.orEmpty().split('/')
            if (parts.size != 2) return EditHistory()
            val done = editsIn(parts[0])
            val undone = editsIn(parts[1])
            return if (done == null || undone == null) EditHistory() else EditHistory(done, undone)
        }

        private fun textOf(edits: List<Edit>): String = edits.joinToString(";", transform = ::word)

        private fun word(edit: Edit): String =
            when (edit) {
                Edit.Clear -> "clear"
                is Edit.Add ->
                    when (val prompt = edit.prompt) {
                        is Prompt.Foreground -> "+ ${prompt.x} ${prompt.y}"
                        is Prompt.Background -> "- ${prompt.x} ${prompt.y}"
                        is Prompt.Box -> "box ${prompt.x0} ${prompt.y0} ${prompt.x1} ${prompt.y1}"
                    }
            }

        private fun editsIn(text: String): List<Edit>? {
            if (text.isEmpty()) return emptyList()
            val edits = text.split(';').map(::editOf)
            return edits.filterNotNull().takeIf { it.size == edits.size }
        }

        private fun editOf(word: String): Edit? {
            if (word == "clear") return Edit.Clear
            val kind = word.substringBefore(' ')
            val numbers = word.substringAfter(' ', "").split(' ').mapNotNull { it.toDoubleOrNull() }
            return when {
                kind == "+" && numbers.size == 2 ->
                    Edit.Add(Prompt.Foreground(numbers[0], numbers[1]))
                kind == "-" && numbers.size == 2 ->
                    Edit.Add(Prompt.Background(numbers[0], numbers[1]))
                kind == "box" && numbers.size == 4 ->
                    Edit.Add(Prompt.Box(numbers[0], numbers[1], numbers[2], numbers[3]))
                else -> null
            }
        }
    }
}
