// What the person has said so far, with undo and redo. States are arrays that never change.

export class Prompts {
  #past = [];
  #now = [];
  #future = [];

  get now() {
    return this.#now;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  add(prompt) {
    this.#go([...this.#now, prompt]);
  }

  clear() {
    if (this.#now.length) this.#go([]);
  }

  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.#now);
    this.#now = this.#past.pop();
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.#now);
    this.#now = this.#future.pop();
  }

  #go(next) {
    this.#past.push(this.#now);
    this.#now = next;
    this.#future = [];
  }
}
