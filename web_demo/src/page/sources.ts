// Where photos come from: file picker, drop, clipboard, examples, camera.
import { Camera } from "./camera.js";
import { button, find } from "./elements.js";

/** A photo and what its results are called after. */
export interface Source {
  readonly blob: Blob;
  readonly name: string;
}

export function listenToSources(take: (source: Source) => void, complain: (error: unknown) => void): void {
  const takeFile = (file: File | undefined): void => {
    if (file !== undefined) {
      take({ blob: file, name: file.name.replace(/\.[^.]*$/, "") || "photo" });
    }
  };
  listenToPicker(takeFile);
  listenToDrops(takeFile);
  document.addEventListener("paste", (event) => takeFile(pictureOf(event.clipboardData?.files)));
  for (const example of document.querySelectorAll<HTMLElement>("[data-example]")) {
    const path = example.dataset["example"] ?? "";
    const name = path.replace(/^.*\//, "").replace(/\.[^.]*$/, "");
    example.addEventListener("click", () => {
      fetchPhoto(path).then((blob) => take({ blob, name }), complain);
    });
  }
  const camera = new Camera((blob) => take({ blob, name: "photo" }), complain);
  for (const id of ["camera", "camera-other"]) {
    button(id).addEventListener("click", () => void camera.open());
  }
}

async function fetchPhoto(path: string): Promise<Blob> {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(`the example cannot be loaded: the server says ${answer.status}`);
  }
  return answer.blob();
}

/** The first picture of a list of files; of a type that the system does not know, it may be one. */
function pictureOf(files: FileList | undefined): File | undefined {
  return [...(files ?? [])].find(({ type }) => type.startsWith("image/") || type === "");
}

function listenToPicker(takeFile: (file: File | undefined) => void): void {
  const input = find("file", HTMLInputElement);
  input.addEventListener("change", () => {
    takeFile(input.files?.[0]);
    input.value = ""; // the same one may be chosen again
  });
  for (const id of ["choose", "choose-other"]) {
    button(id).addEventListener("click", () => input.click());
  }
}

function listenToDrops(takeFile: (file: File | undefined) => void): void {
  for (const kind of ["dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      document.body.classList.toggle("over", kind === "dragover");
      if (kind === "drop") {
        takeFile(pictureOf(event.dataTransfer?.files));
      }
    });
  }
}
