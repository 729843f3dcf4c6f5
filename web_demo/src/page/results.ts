// What goes out: PNG files and the clipboard.
import type { Background, Picture } from "../protocol.js";
import { Backgrounds } from "./backgrounds.js";
import { button, find } from "./elements.js";

export interface Doors {
  /** Makes a PNG of the mask that is shown. */
  make(picture: Picture): Promise<Blob>;
  /** Of the photo. */
  name(): string;
  tell(sentence: string): void;
  complain(error: unknown): void;
  /** The person has chosen another background. */
  backgroundChanged(background: Background): void;
}

const BUTTONS = ["download", "copy", "download-mask"] as const;

export class Results {
  private readonly backgrounds = new Backgrounds(() => this.doors.backgroundChanged(this.background));

  constructor(private readonly doors: Doors) {
    button("download").addEventListener("click", () => void this.download("cutout"));
    button("download-mask").addEventListener("click", () => void this.download("mask"));
    button("copy").addEventListener("click", () => void this.copy());
  }

  get background(): Background {
    return this.backgrounds.now;
  }

  /** Only what there is can be saved. */
  enable(on: boolean): void {
    BUTTONS.forEach((id) => (button(id).disabled = !on));
  }

  async download(form: Picture["form"]): Promise<void> {
    const name = `${this.doors.name()}-${form}.png`;
    try {
      const address = URL.createObjectURL(await this.doors.make(this.pictureOf(form)));
      const link = document.createElement("a");
      Object.assign(link, { href: address, download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      this.doors.tell(`${name} is saved.`);
    } catch (error) {
      this.doors.complain(error);
    }
  }

  private async copy(): Promise<void> {
    try {
      // The promise goes in: some browsers allow no waiting between the click and the copy.
      const item = new ClipboardItem({ "image/png": this.doors.make(this.pictureOf("cutout")) });
      await navigator.clipboard.write([item]);
      this.doors.tell("The cut-out is in the clipboard.");
    } catch (error) {
      const refused = error instanceof DOMException && error.name === "NotAllowedError";
      const missing = !("clipboard" in navigator) || !("ClipboardItem" in globalThis);
      const why = new Error("this browser does not let the page copy; download the PNG instead");
      this.doors.complain(refused || missing ? why : error);
    }
  }

  private pictureOf(form: Picture["form"]): Picture {
    return { form, background: this.backgrounds.now, crop: find("crop", HTMLInputElement).checked };
  }
}
