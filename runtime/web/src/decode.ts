// Photos in files to pixels, by the browser's own decoders.
import { PhotoError } from "./errors.js";
import type { PackedPhoto } from "./photo.js";

/**
 * Decodes a photo of any format that the browser knows: upright by its EXIF orientation, in sRGB,
 * transparent where the photo is (the core lays it over white). For pages and workers. Throws
 * PhotoError.
 */
export async function decodePhoto(blob: Blob): Promise<PackedPhoto> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    throw new PhotoError("this browser cannot read the file as a photo", "SSAM_ERROR_PHOTO");
  }
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d", {
      willReadFrequently: true,
    });
    if (context === null) {
      throw new PhotoError(`no memory for a photo of ${width}×${height}`, "SSAM_ERROR_PHOTO");
    }
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height, { colorSpace: "srgb" });
    return { data, width, height, format: "rgba-straight" };
  } finally {
    bitmap.close();
  }
}
