// The page's elements by their ids.

/** The element; one that is missing, or of another kind, is a bug of index.html. */
export function find<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new Error(`index.html has no ${kind.name} "${id}"`);
  }
  return found;
}

export const button = (id: string): HTMLButtonElement => find(id, HTMLButtonElement);

/** The value of the radio button that is checked. */
export function chosen(name: string): string {
  return document.querySelector<HTMLInputElement>(`input[name=${name}]:checked`)?.value ?? "";
}

/** An error as a sentence for the person. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith(".") ? "" : ".");
}
