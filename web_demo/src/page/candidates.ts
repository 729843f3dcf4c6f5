// The choice between the network's masks.
import { find } from "./elements.js";

/** Calls `choose` with the index of a mask, undefined for the one with the best score. */
export class Candidates {
  private readonly field = find("candidates", HTMLFieldSetElement);

  constructor(choose: (candidate: number | undefined) => void) {
    this.field.addEventListener("change", () => choose(this.chosen));
  }

  get chosen(): number | undefined {
    const checked = this.field.querySelector<HTMLInputElement>("input:checked");
    return checked === null || checked.value === "best" ? undefined : Number(checked.value);
  }

  /** Other prompts: the best one again. */
  forget(): void {
    const best = this.field.querySelector("input");
    if (best !== null) {
      best.checked = true;
    }
  }

  /** So many there are, and this one was taken. */
  show(count: number, taken: number): void {
    const labels = [...this.field.querySelectorAll("label")];
    if (labels.length !== count + 1) {
      labels.forEach((label) => label.remove());
      this.field.append(option("best", "Best"), ...Array.from({ length: count }, (_, index) =>
        option(String(index), String(index + 1))));
      this.forget();
    }
    this.field.querySelectorAll("label").forEach((label, index) =>
      label.classList.toggle("taken", index === taken + 1));
  }
}

function option(value: string, text: string): HTMLLabelElement {
  const [label, input, said] =
    [document.createElement("label"), document.createElement("input"), document.createElement("span")];
  Object.assign(input, { type: "radio", name: "candidate", value });
  said.textContent = text;
  label.append(input, said);
  return label;
}
