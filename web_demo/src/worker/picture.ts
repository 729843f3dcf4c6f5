// Results as PNG, by the browser's own encoder.
import type { Cutout, Mask, PackedPhoto } from "squeezesam";
import { canvasOf, drawBehind } from "../backdrop.js";
import type { Picture } from "../protocol.js";

export async function pngOf(mask: Mask, photo: PackedPhoto, picture: Picture): Promise<Blob> {
  const pixels = picture.form === "mask" ? blackAndWhite(mask)
    : mask.cutout(photo, { crop: picture.crop });
  const [canvas, context] = canvasOf(pixels);
  const data = new Uint8ClampedArray(pixels.data);
  context.putImageData(new ImageData(data, pixels.width, pixels.height), 0, 0);
  if (picture.form === "cutout") {
    await drawBehind(context, picture.background, photo, pixels);
  }
  return canvas.convertToBlob({ type: "image/png" });
}

function blackAndWhite(mask: Mask): Cutout {
  const inside = mask.bytes();
  const data = new Uint8Array(4 * inside.length).fill(255);
  for (let pixel = 0; pixel < inside.length; ++pixel) {
    if (inside[pixel] === 0) {
      data[4 * pixel] = data[4 * pixel + 1] = data[4 * pixel + 2] = 0;
    }
  }
  return { data, x: 0, y: 0, width: mask.width, height: mask.height };
}
