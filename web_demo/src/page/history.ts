// What the person has said so far, with undo and redo. States are arrays that never change.
import type { Step } from "../protocol.js";

export class History {
  private past: (readonly Step[])[] = [];
  private future: (readonly Step[])[] = [];
  private state: readonly Step[] = [];

  get now(): readonly Step[] {
    return this.state;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  add(step: Step): void {
    this.go([...this.state, step]);
  }

  clear(): void {
    if (this.state.length > 0) {
      this.go([]);
    }
  }

  undo(): void {
    this.move(this.past, this.future);
  }

  redo(): void {
    this.move(this.future, this.past);
  }

  forget(): void {
    [this.past, this.future, this.state] = [[], [], []];
  }

  private go(next: readonly Step[]): void {
    this.past.push(this.state);
    this.future = [];
    this.state = next;
  }

  private move(from: (readonly Step[])[], to: (readonly Step[])[]): void {
    const next = from.pop();
    if (next !== undefined) {
      to.push(this.state);
      this.state = next;
    }
  }
}
