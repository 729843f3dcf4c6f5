// Results as PNG, by the browser's own encoder.
import type { Cutout, Mask, PackedPhoto } from "squeezesam";
import type { Picture } from "../protocol.js";

export async function pngOf(mask: Mask, photo: PackedPhoto, picture: Picture): Promise<Blob> {
  const pixels = picture.form === "mask" ? blackAndWhite(mask)
    : mask.cutout(photo, { crop: picture.crop });
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error(`no memory for a picture of ${pixels.width}×${pixels.height}`);
  }
  const data = new Uint8ClampedArray(pixels.data);
  context.putImageData(new ImageData(data, pixels.width, pixels.height), 0, 0);
  if (picture.form === "cutout" && picture.background !== "transparent") {
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = picture.background.colour;
    context.fillRect(0, 0, pixels.width, pixels.height);
  }
  return canvas.convertToBlob({ type: "image/png" });
}

function blackAndWhite(mask: Mask): Pick<Cutout, "data" | "width" | "height"> {
  const inside = mask.bytes();
  const data = new Uint8Array(4 * inside.length).fill(255);
  for (let pixel = 0; pixel < inside.length; ++pixel) {
    if (inside[pixel] === 0) {
      data[4 * pixel] = data[4 * pixel + 1] = data[4 * pixel + 2] = 0;
    }
  }
  return { data, width: mask.width, height: mask.height };
}
