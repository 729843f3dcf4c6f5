package org.squeezesam.demo

import android.app.Application
import android.graphics.Bitmap
import android.net.Uri
import android.os.Build
import androidx.lifecycle.AndroidViewModel
import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.viewModelScope
import java.io.IOException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.receiveAsFlow
import kotlinx.coroutines.launch
import org.squeezesam.Mask
import org.squeezesam.Photo
import org.squeezesam.SegmentationException
import org.squeezesam.android.cutout
import org.squeezesam.android.toPhoto
import org.squeezesam.demo.cutout.CutoutFiles
import org.squeezesam.demo.editor.EditHistory
import org.squeezesam.demo.editor.Editor
import org.squeezesam.demo.editor.EditorState
import org.squeezesam.demo.editor.Problem
import org.squeezesam.demo.editor.Stage
import org.squeezesam.demo.photo.PhotoInbox
import org.squeezesam.demo.photo.PhotoReader

/** Something that happens once. */
internal sealed interface EditorEvent {
    /** Offer the file to other apps. */
    class Share(val file: Uri) : EditorEvent

    /** Ask where to put the cut-out, then call [EditorViewModel.saveTo]. */
    class AskForPlace(val fileName: String) : EditorEvent

    data object Saved : EditorEvent
}

/** Ties [Editor] to Android: survives rotation, and through [SavedStateHandle] the process. */
internal class EditorViewModel(application: Application, private val saved: SavedStateHandle) :
    AndroidViewModel(application) {
    private val models = (application as DemoApplication).models
    private val inbox = PhotoInbox(application)
    private val files = CutoutFiles(application)
    private val mutablePicture = MutableStateFlow<Bitmap?>(null)
    private val mutableEvents = Channel<EditorEvent>(Channel.BUFFERED)

    /** What the person edits. */
    val editor: Editor = Editor(viewModelScope) { models.shared() }

    /** The photo, upright, as it is shown. */
    val picture: StateFlow<Bitmap?> = mutablePicture.asStateFlow()

    /** One after the other, each to one collector. */
    val events: Flow<EditorEvent> = mutableEvents.receiveAsFlow()

    init {
        if (saved.get<Boolean>(HAS_PHOTO) == true) {
            editor.open(EditHistory.parse(saved[HISTORY]), saved[CANDIDATE]) { read() }
        }
        viewModelScope.launch { editor.state.collect(::keep) }
    }

    /** Takes a photo from a picker or from the camera. */
    fun open(source: Uri) {
        editor.open {
            inbox.take(source)
            read()
        }
    }

    /** Where a camera app may put its picture; null, and a problem reported, if nowhere. */
    fun cameraTarget(): Uri? =
        try {
            inbox.cameraTarget()
        } catch (_: IOException) {
            editor.report(Problem.STORAGE)
            null
        }

    fun share() {
        export { EditorEvent.Share(files.forSharing(it)) }
    }

    fun save() {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            export {
                files.saveToGallery(it)
                EditorEvent.Saved
            }
        } else {
            mutableEvents.trySend(EditorEvent.AskForPlace(files.fileName()))
        }
    }

    fun saveTo(place: Uri) {
        export {
            files.saveTo(place, it)
            EditorEvent.Saved
        }
    }

    override fun onCleared() {
        editor.dispose()
    }

    private suspend fun read(): Photo {
        mutablePicture.value = null
        val bitmap = PhotoReader.read(inbox.file)
        return bitmap.toPhoto().also { mutablePicture.value = bitmap }
    }

    private fun keep(state: EditorState) {
        if (state.stage == Stage.OPENING) return
        saved[HAS_PHOTO] = state.stage == Stage.OPEN
        saved[HISTORY] = state.history.toText()
        saved[CANDIDATE] = state.selection?.chosen
    }

    private fun export(use: suspend (Bitmap) -> EditorEvent) {
        viewModelScope.launch {
            try {
                // The next mask need not wait until the file is written.
                val cutout = editor.export(::cut)
                if (cutout != null) mutableEvents.send(use(cutout))
            } catch (cancelled: CancellationException) {
                throw cancelled
            } catch (_: SegmentationException.WrongState) {
                editor.report(Problem.CUTOUT_EMPTY)
            } catch (failure: Exception) {
                editor.report(Problem.of(failure))
            } catch (_: OutOfMemoryError) {
                editor.report(Problem.OUT_OF_MEMORY)
            }
        }
    }

    private suspend fun cut(mask: Mask): Bitmap =
        mask.cutout(checkNotNull(picture.value) { "there is no photo" }, crop = true)

    private companion object {
        const val HAS_PHOTO = "photo"
        const val HISTORY = "history"
        const val CANDIDATE = "candidate"
    }
}
