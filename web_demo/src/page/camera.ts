// The camera: its picture in a dialog, one still of it as a photo.
import { button, find } from "./elements.js";

export class Camera {
  private readonly dialog = find("viewfinder", HTMLDialogElement);
  private readonly video = this.dialog.querySelector("video") as HTMLVideoElement;
  private stream: MediaStream | undefined;

  constructor(
    private readonly take: (photo: Blob) => void,
    private readonly complain: (error: unknown) => void,
  ) {
    button("shoot").addEventListener("click", () => void this.shoot());
    button("close-camera").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.stop());
  }

  async open(): Promise<void> {
    try {
      if (navigator.mediaDevices === undefined) {
        throw new Error("the camera needs an address that begins with https:// or localhost");
      }
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 4096 }, height: { ideal: 4096 } },
      });
    } catch (error) {
      return this.complain(refusal(error));
    }
    this.video.srcObject = this.stream;
    this.dialog.showModal();
  }

  private async shoot(): Promise<void> {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) {
      return; // no picture has come yet
    }
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext("2d")?.drawImage(this.video, 0, 0);
    this.dialog.close();
    this.take(await canvas.convertToBlob({ type: "image/png" }));
  }

  /** The camera's light goes out. */
  private stop(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = undefined;
    this.video.srcObject = null;
  }
}

function refusal(error: unknown): unknown {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return new Error("this page was not allowed to use the camera");
  }
  return name === "NotFoundError" ? new Error("no camera was found") : error;
}
