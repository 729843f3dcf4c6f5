package org.squeezesam.demo.editor

import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.squeezesam.Prompt

class EditHistoryTest {
    private val click = Prompt.Foreground(1.5, 2.0)
    private val not = Prompt.Background(0.1, 1e-7)
    private val box = Prompt.Box(0.0, 1.0, 20.25, 30.0)
    private val larger = Prompt.Box(0.0, 0.0, 50.0, 50.0)

    private fun historyOf(vararg prompts: Prompt): EditHistory =
        prompts.fold(EditHistory()) { history, prompt -> history.with(Edit.Add(prompt)) }

    @Test
    fun `the latest box stands first and the clicks keep their order`() {
        assertEquals(listOf(larger, click, not), historyOf(click, box, not, larger).prompts)
    }

    @Test
    fun `a clear takes all away and what comes later stands`() {
        val history = historyOf(click, box).with(Edit.Clear)
        assertEquals(emptyList<Prompt>(), history.prompts)
        assertEquals(listOf(not), history.with(Edit.Add(not)).prompts)
    }

    @Test
    fun `undo and redo walk the same way back and forth`() {
        val whole = historyOf(click, box, larger).with(Edit.Clear)
        var history = whole
        val seen = mutableListOf(history.prompts)
        while (history.canUndo) {
            history = history.undo()
            seen += history.prompts
        }
        assertEquals(
            listOf(emptyList(), listOf(larger, click), listOf(box, click), listOf(click), listOf()),
            seen,
        )
        while (history.canRedo) history = history.redo()
        assertEquals(whole, history)
        assertEquals(history, history.redo())
        assertEquals(EditHistory(), EditHistory().undo())
    }

    @Test
    fun `a new edit forgets what was taken back`() {
        val history = historyOf(click, box).undo().with(Edit.Add(not))
        assertFalse(history.canRedo)
        assertTrue(history.canUndo)
        assertEquals(listOf(click, not), history.prompts)
    }

    @Test
    fun `the text of a history is the history`() {
        val history = historyOf(click, not, box).with(Edit.Clear).with(Edit.Add(larger)).undo()
        assertEquals(history, EditHistory.parse(history.toText()))
        assertEquals(EditHistory(), EditHistory.parse(EditHistory().toText()))
    }

    @Test
    fun `damaged text is an empty history`() {
        for (text in listOf(null, "", "x", "+ 1/", "+ 1 2;box 1 2/", "+ 1 2 3/", "+ 1 2/x", "//")) {
            assertEquals(text, EditHistory(), EditHistory.parse(text))
        }
    }
}
