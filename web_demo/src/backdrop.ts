// A cut-out before its background, as PNG of the browser's own encoder; in a worker or on a page.
import type { Background } from "./protocol.js";

/** Pixels, and where the first of them lies in the photo. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

type Size = Pick<Placed, "width" | "height">;

export function canvasOf({ width, height }: Size): [OffscreenCanvas, OffscreenCanvasRenderingContext2D] {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error(`no memory for a picture of ${width}×${height}`);
  }
  return [canvas, context];
}

/** Draws the background behind what is there already. */
export async function drawBehind(
  context: OffscreenCanvasRenderingContext2D, background: Background, photo: Size, pixels: Placed,
): Promise<void> {
  context.globalCompositeOperation = "destination-over";
  if (background === "transparent") {
    return;
  }
  if ("colour" in background) {
    context.fillStyle = background.colour;
    context.fillRect(0, 0, pixels.width, pixels.height);
  } else {
    await drawPicture(context, background.picture, photo, pixels);
  }
}

/** Fills the photo's frame with a picture, of which the pixels' part is seen; what is transparent in
 * it stays so. */
async function drawPicture(
  context: OffscreenCanvasRenderingContext2D, picture: Blob, photo: Size, { x, y }: Placed,
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
