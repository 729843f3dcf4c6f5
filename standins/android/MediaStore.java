package android.provider;

import android.net.Uri;

/** Of API 29, what the app uses. */
public final class MediaStore {
    public static final String VOLUME_EXTERNAL_PRIMARY = "external_primary";

    public interface MediaColumns extends BaseColumns {
        String DISPLAY_NAME = "_display_name";
        String MIME_TYPE = "mime_type";
        String RELATIVE_PATH = "relative_path";
        String IS_PENDING = "is_pending";
    }

    public static final class Images {
        public interface ImageColumns extends MediaColumns {}

        public static final class Media implements ImageColumns {
            public static Uri getContentUri(String volumeName) {
                throw new UnsupportedOperationException();
            }
        }
    }
}
