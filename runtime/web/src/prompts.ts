// Clicks and boxes, in pixels of the upright photo.

export type Prompt =
  | { readonly kind: "foreground" | "background"; readonly x: number; readonly y: number;
      readonly automatic: boolean }
  | { readonly kind: "box"; readonly x0: number; readonly y0: number; readonly x1: number;
      readonly y1: number; readonly automatic: boolean };

/** How clicks are found in what stands out in a photo: see `Session.setAutomatic`. */
export type AutomaticClicks = "centres" | "random";

export const NUMBERS_A_PROMPT = 6;

/** Prompts from the glue's numbers: kind, automatic, x0, y0, x1, y1. */
export function promptsOf(numbers: readonly number[]): Prompt[] {
  const prompts: Prompt[] = [];
  for (let i = 0; i + NUMBERS_A_PROMPT <= numbers.length; i += NUMBERS_A_PROMPT) {
    const [kind = 0, found = 0, x0 = 0, y0 = 0, x1 = 0, y1 = 0] = numbers.slice(i);
    const automatic = found !== 0;
    prompts.push(
      kind === 2
        ? { kind: "box", x0, y0, x1, y1, automatic }
        : { kind: kind === 1 ? "foreground" : "background", x: x0, y: y0, automatic },
    );
  }
  return prompts;
}
