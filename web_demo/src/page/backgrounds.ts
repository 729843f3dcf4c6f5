// What lies behind the cut-out: nothing, a colour, another picture.
import type { Background } from "../protocol.js";
import { button, chosen, find } from "./elements.js";

/** Calls `changed` when the person has chosen another one. */
export class Backgrounds {
  private readonly colour = find("colour", HTMLInputElement);
  private picture: Blob | undefined;

  constructor(changed: () => void) {
    const file = find("picture-file", HTMLInputElement);
    button("choose-picture").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      this.picture = file.files?.[0] ?? this.picture;
      file.value = "";
      if (this.picture !== undefined) {
        find("picture", HTMLLabelElement).hidden = false;
        check("picture");
        changed();
      }
    });
    this.colour.addEventListener("input", () => {
      check("own");
      changed();
    });
    find("backgrounds", HTMLFieldSetElement).addEventListener("change", changed);
  }

  get now(): Background {
    const value = chosen("background");
    if (value === "picture") {
      return this.picture === undefined ? "transparent" : { picture: this.picture };
    }
    return value === "transparent" ? value
      : { colour: value === "own" ? this.colour.value : value };
  }
}

function check(value: string): void {
  const radio = document.querySelector<HTMLInputElement>(`input[name=background][value=${value}]`);
  if (radio !== null) {
    radio.checked = true;
  }
}
