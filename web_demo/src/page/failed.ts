/** What a backend could not do; `name` is the class of the core's error, or the server's word. */
export class Failed extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
