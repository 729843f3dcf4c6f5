package androidx.activity.result

import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia

public abstract class ActivityResultLauncher<I> {
    public open fun launch(input: I): Unit = throw UnsupportedOperationException()
}

public class PickVisualMediaRequest internal constructor()

public fun PickVisualMediaRequest(
    mediaType: PickVisualMedia.VisualMediaType = PickVisualMedia.ImageOnly,
): PickVisualMediaRequest = throw UnsupportedOperationException()
