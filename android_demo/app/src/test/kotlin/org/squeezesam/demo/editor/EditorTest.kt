package org.squeezesam.demo.editor

import java.util.concurrent.Semaphore
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.squeezesam.Prompt
import org.squeezesam.SegmentationException
import org.squeezesam.Size
import org.squeezesam.demo.DiscEngine
import org.squeezesam.demo.greyPhoto
import org.squeezesam.demo.manifest

/** The editor on the real library; only the networks are played. */
class EditorTest {
    @Test
    fun `a photo opens with the automatic mask and an outline`() =
        editing {
            opened()
            val selection = checkNotNull(state.selection)
            assertTrue(selection.isAutomatic)
            assertTrue(selection.outline.rings.isNotEmpty())
            assertTrue(selection.coverage > 0)
            assertEquals(DiscEngine.BEST, selection.chosen)
            assertEquals(4, selection.candidates.size)
            assertEquals(Size(128, 96), state.photoSize)
            assertEquals("discs", state.model?.name)
            assertEquals(1000L, state.model?.bytes)
            assertFalse(state.canUndo || state.canRedo || state.canClear)
        }

    @Test
    fun `clicks and a box change the mask as the network says`() =
        editing {
            opened()
            editor.add(Prompt.Foreground(64.0, 48.0))
            val click = checkNotNull(after(prompts = 1).selection)
            assertFalse(click.isAutomatic)
            // The best candidate's disc of radius 16.
            assertEquals(Math.PI * 16 * 16 / (128 * 96), click.coverage, 0.01)
            editor.add(Prompt.Background(64.0, 48.0))
            assertEquals(0.0, checkNotNull(after(prompts = 2).selection).coverage, 0.0)
            assertFalse(state.canExport)
            editor.add(Prompt.Box(80.0, 0.0, 127.0, 95.0))
            assertTrue(checkNotNull(after(prompts = 3).selection).coverage > 0.3)
        }

    @Test
    fun `undo and redo go through every state of the mask, a clear too`() =
        editing {
            opened()
            val automatic = checkNotNull(state.selection).coverage
            editor.add(Prompt.Foreground(20.0, 20.0))
            val one = checkNotNull(after(prompts = 1).selection).coverage
            editor.add(Prompt.Foreground(100.0, 70.0))
            val two = checkNotNull(after(prompts = 2).selection).coverage
            editor.clear()
            settled { it.history.prompts.isEmpty() && it.selection?.isAutomatic == true }
            editor.undo()
            assertEquals(two, checkNotNull(after(prompts = 2).selection).coverage, 0.0)
            editor.undo()
            assertEquals(one, checkNotNull(after(prompts = 1).selection).coverage, 0.0)
            editor.undo()
            val first =
                settled { it.history.prompts.isEmpty() && it.selection?.isAutomatic == true }
            assertEquals(automatic, checkNotNull(first.selection).coverage, 0.0)
            assertFalse(first.canUndo)
            editor.redo()
            assertEquals(one, checkNotNull(after(prompts = 1).selection).coverage, 0.0)
            editor.redo()
            editor.redo()
            settled {
                it.history.prompts.isEmpty() && !it.canRedo &&
                    it.selection?.isAutomatic == true
            }
            assertEquals(3, state.history.done.size)
        }

    @Test
    fun `undo, redo and clear do nothing where there is nothing to do`() =
        editing {
            editor.undo()
            editor.clear()
            opened()
            editor.clear()
            editor.undo()
            editor.redo()
            editor.add(Prompt.Foreground(64.0, 48.0))
            assertEquals(1, after(prompts = 1).history.done.size)
        }

    @Test
    fun `the latest prompt wins and the former mask never shows`() =
        editing {
            opened()
            val gate = Semaphore(0)
            engine.gate = gate
            engine.begun.drainPermits()
            val shown = mutableListOf<Int>()
            val watcher =
                CoroutineScope(Dispatchers.Unconfined).launch {
                    editor.state.collect { shown += it.promptCount }
                }
            editor.add(Prompt.Foreground(20.0, 20.0))
            withContext(Dispatchers.IO) {
                assertTrue(engine.begun.tryAcquire(20, TimeUnit.SECONDS))
            }
            assertTrue(state.isPredicting)
            editor.add(Prompt.Foreground(60.0, 20.0))
            editor.add(Prompt.Foreground(100.0, 20.0))
            // The editor gets its turn: the prompt stops the prediction before it comes to its end.
            yield()
            gate.release(100)
            after(prompts = 3)
            watcher.cancel()
            assertFalse(1 in shown)
        }

    private val EditorState.promptCount: Int
        get() = selection?.takeIf { !it.isAutomatic }?.prompts?.size ?: 0

    @Test
    fun `an automatic mask of a low score asks for a tap`() =
        editing {
            opened()
            for ((index, score) in DiscEngine.SCORES.withIndex()) {
                editor.choose(index)
                val shown = checkNotNull(settled { it.selection?.chosen == index }.selection)
                assertEquals(score < Selection.DOUBTFUL_BELOW, shown.isDoubtful)
            }
            editor.add(Prompt.Foreground(64.0, 48.0))
            after(prompts = 1)
            editor.choose(0)
            assertFalse(checkNotNull(settled { it.selection?.chosen == 0 }.selection).isDoubtful)
        }

    @Test
    fun `another candidate is shown without running a network`() =
        editing {
            opened()
            editor.add(Prompt.Foreground(64.0, 48.0))
            val best = checkNotNull(after(prompts = 1).selection)
            val before = engine.runs.get()
            editor.choose(3)
            val largest = checkNotNull(settled { it.selection?.chosen == 3 }.selection)
            assertTrue(largest.coverage > 2 * best.coverage)
            assertEquals(0.6f, largest.score, 1e-6f)
            editor.choose(0)
            val smallest = checkNotNull(settled { it.selection?.chosen == 0 }.selection)
            assertTrue(smallest.coverage < best.coverage)
            assertEquals(before, engine.runs.get())
        }

    @Test
    fun `a session that outlived the process comes back with its history and its candidate`() =
        editing {
            val history =
                EditHistory()
                    .with(Edit.Add(Prompt.Foreground(64.0, 48.0)))
                    .with(Edit.Add(Prompt.Foreground(20.0, 20.0)))
                    .undo()
            opened(EditHistory.parse(history.toText()), candidate = 2)
            assertEquals(2, state.selection?.chosen)
            assertEquals(history, state.history)
            editor.redo()
            assertEquals(2, after(prompts = 2).selection?.prompts?.size)
            editor.undo()
            editor.undo()
            settled { it.selection?.isAutomatic == true }
        }

    @Test
    fun `a history that this model refuses is dropped and a candidate that it lacks too`() =
        editing(text = manifest(backgroundClicks = false)) {
            val history = EditHistory().with(Edit.Add(Prompt.Background(1.0, 1.0)))
            opened(history, candidate = 9)
            assertEquals(EditHistory(), state.history)
            assertEquals(DiscEngine.BEST, state.selection?.chosen)
            assertFalse(state.canExclude)
        }

    @Test
    fun `a prompt that is refused leaves the session as it was`() =
        editing(text = manifest(backgroundClicks = false)) {
            opened()
            editor.add(Prompt.Foreground(64.0, 48.0))
            after(prompts = 1)
            editor.add(Prompt.Background(1.0, 1.0))
            settled { it.problem == Problem.NO_BACKGROUND_CLICKS }
            assertEquals(1, state.history.prompts.size)
            assertNotNull(state.selection)
            editor.report(null)
            assertNull(state.problem)
        }

    @Test
    fun `a prompt that is refused does not lose the mask that is under way`() =
        editing {
            opened()
            val gate = Semaphore(0)
            engine.gate = gate
            editor.add(Prompt.Foreground(64.0, 48.0))
            editor.add(Prompt.Foreground(-5.0, 48.0))
            yield()
            gate.release(100)
            assertEquals(Problem.PROMPT_OUTSIDE, after(prompts = 1).problem)
        }

    @Test
    fun `a photo without anything in it asks for a tap and takes one`() =
        editing(DiscEngine(isFlat = true)) {
            opened()
            assertEquals(Problem.NOTHING_STANDS_OUT, state.problem)
            assertNull(state.selection)
            assertEquals(Stage.OPEN, state.stage)
            editor.add(Prompt.Foreground(64.0, 48.0))
            assertNull(after(prompts = 1).problem)
            editor.undo()
            settled { it.problem == Problem.NOTHING_STANDS_OUT && it.selection == null }
            assertNull(editor.export { it.area })
        }

    @Test
    fun `an engine that fails is reported and the next prompt tries again`() =
        editing {
            opened()
            engine.failure = IllegalStateException("no more")
            editor.add(Prompt.Foreground(64.0, 48.0))
            settled { it.problem == Problem.ENGINE_FAILED }
            engine.failure = null
            editor.add(Prompt.Foreground(20.0, 20.0))
            assertNull(after(prompts = 2).problem)
        }

    @Test
    fun `a photo that cannot be read leaves an empty editor that takes the next one`() =
        editing {
            editor.open { throw SegmentationException.UnusablePhoto("not a photo") }
            settled { it.problem == Problem.PHOTO_UNREADABLE }
            assertEquals(Stage.EMPTY, state.stage)
            opened()
            assertNotNull(state.selection)
        }

    @Test
    fun `a model that is too new is reported`() =
        editing(text = manifest(schema = 99)) {
            editor.open { greyPhoto() }
            settled { it.problem == Problem.MODEL_TOO_NEW }
            assertEquals(Stage.EMPTY, state.stage)
        }

    @Test
    fun `a new photo begins anew and a closed one is gone`() =
        editing {
            opened()
            editor.add(Prompt.Foreground(64.0, 48.0))
            after(prompts = 1)
            editor.open { greyPhoto(64, 64) }
            settled { it.photoSize == Size(64, 64) && it.selection?.isAutomatic == true }
            assertFalse(state.canUndo)
            editor.close()
            settled { it.stage == Stage.EMPTY }
            assertNull(state.selection)
            assertNull(editor.export { it.area })
            assertEquals("discs", state.model?.name)
        }

    @Test
    fun `the mask that is exported is the one that is shown`() =
        editing {
            opened()
            editor.add(Prompt.Foreground(64.0, 48.0))
            val shown = checkNotNull(after(prompts = 1).selection)
            val area = checkNotNull(editor.export { it.area })
            assertEquals(shown.coverage, area / (128.0 * 96), 1e-12)
        }
}
