// Results as PNG, by the browser's own encoder.
import type { Cutout, Mask, PackedPhoto } from "squeezesam";
import type { Picture } from "../protocol.js";

type Size = Pick<PackedPhoto, "width" | "height">;
type Place = Pick<Cutout, "x" | "y">;

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
    if ("colour" in picture.background) {
      context.fillStyle = picture.background.colour;
      context.fillRect(0, 0, pixels.width, pixels.height);
    } else {
      await drawBehind(context, picture.background.picture, photo, pixels);
    }
  }
  return canvas.convertToBlob({ type: "image/png" });
}

/** Fills the photo's frame with a picture, of which the pixels' part is seen; what is transparent in
 * it stays so. */
async function drawBehind(
  context: OffscreenCanvasRenderingContext2D, picture: Blob, photo: Size, { x, y }: Place,
): Promise<void> {
  const image = await createImageBitmap(picture).catch(() => {
    throw new Error("this browser cannot read the background's file as a picture");
  });
  const scale = Math.max(photo.width / image.width, photo.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [left, top] = [(photo.width - width) / 2 - x, (photo.height - height) / 2 - y];
  context.drawImage(image, left, top, width, height);
  image.close();
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
