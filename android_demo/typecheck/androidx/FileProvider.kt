@file:Suppress("unused")

package androidx.core.content

import android.content.Context
import android.net.Uri
import java.io.File

public open class FileProvider {
    public companion object {
        @JvmStatic
        public fun getUriForFile(context: Context, authority: String, file: File): Uri =
            throw UnsupportedOperationException()
    }
}
