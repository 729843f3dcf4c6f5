@file:Suppress("unused")

package androidx.activity.result.contract

import android.net.Uri
import androidx.activity.result.PickVisualMediaRequest

public abstract class ActivityResultContract<I, O>

public class ActivityResultContracts private constructor() {
    public open class TakePicture : ActivityResultContract<Uri, Boolean>()

    public open class CreateDocument(private val mimeType: String) :
        ActivityResultContract<String, Uri?>()

    public open class PickVisualMedia : ActivityResultContract<PickVisualMediaRequest, Uri?>() {
        public sealed interface VisualMediaType

        public object ImageOnly : VisualMediaType
    }
}
