// The details panel: engine, model, milliseconds of every stage.
import type { Found, Opened, Ready } from "../protocol.js";
import { find } from "./elements.js";

export class Details {
  private readonly facts = new Map<string, string>();
  private readonly list = find("facts", HTMLElement);

  loaded({ model, licence, engine, modelBytes, milliseconds }: Ready): void {
    this.say({
      Model: `${model}, ${megabytes(modelBytes)}`,
      "Licence of the model": licence,
      Engine: engine,
      "Page ready in": time(milliseconds),
    });
  }

  opened({ width, height, decoding }: Opened): void {
    this.facts.delete("heat");
    this.say({ Photo: `${width} × ${height}`, "Decoding the photo": time(decoding) });
  }

  found({ timings, total, score, candidate, candidateCount }: Found): void {
    const { open, clicks, prompts, mask, programs } = timings;
    const stages = {
      "Taking the photo in": open,
      "Finding what stands out": clicks,
      "Drawing the prompts": prompts,
      "Making the mask": mask,
    };
    this.say({
      ...Object.fromEntries(Object.entries(stages).flatMap(([name, spent]) =>
        spent === undefined ? [] : [[name, time(spent)]])),
      ...Object.fromEntries(Object.entries(programs).map(([name, spent]) =>
        [`Network '${name}'`, time(spent)])),
      "All of the last mask": time(total),
      "Mask taken": `${candidate + 1} of ${candidateCount}, predicted quality ${score.toFixed(3)}`,
    });
  }

  private say(facts: Record<string, string>): void {
    Object.entries(facts).forEach(([name, value]) => this.facts.set(name, value));
    this.list.replaceChildren(...[...this.facts].flatMap(([name, value]) => {
      const [term, said] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      said.textContent = value;
      return [term, said];
    }));
  }
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const time = (milliseconds: number): string =>
  milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
