// The worker as an object with promises.
import type { Answer, Call, Calls, Loading, Message, Picture, Ready, Step } from "../protocol.js";
import { Failed } from "./failed.js";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class WorkerBackend implements Calls {
  private readonly worker = startWorker();
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor(private readonly heardLoading: (loading: Loading) => void) {
    this.worker.onmessage = (event: MessageEvent<Message>) => this.hear(event.data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      const why = new Failed("Error", event.message || "the worker could not be started");
      this.waiting.forEach(({ reject }) => reject(why));
      this.waiting.clear();
    };
  }

  load(): Promise<Ready> {
    return this.call("load");
  }

  open(photo: Blob): ReturnType<Calls["open"]> {
    return this.call("open", photo);
  }

  predict(steps: readonly Step[], candidate: number | undefined): ReturnType<Calls["predict"]> {
    return this.call("predict", steps, candidate);
  }

  picture(picture: Picture): Promise<Blob> {
    return this.call("picture", picture);
  }

  private call<C extends Call>(call: C, ...given: Parameters<Calls[C]>): ReturnType<Calls[C]> {
    const id = ++this.last;
    const result = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.worker.postMessage({ id, call, given });
    return result as ReturnType<Calls[C]>;
  }

  private hear(message: Message): void {
    if ("loading" in message) {
      this.heardLoading(message.loading);
    } else {
      this.settle(message);
    }
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ("error" in answer) {
      waiting?.reject(new Failed(answer.error.name, answer.error.message));
    } else {
      waiting?.resolve(answer.result);
    }
  }
}

/** From a blob, because only such a worker is under the page's own Content-Security-Policy: nothing
 * in it can reach another host either. */
function startWorker(): Worker {
  const file = new URL("worker.js", import.meta.url);
  const engine = new URLSearchParams(location.search).get("engine");
  if (engine !== null) {
    file.searchParams.set("engine", engine);
  }
  const script = `import ${JSON.stringify(file.href)};`;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return new Worker(address, { type: "module" });
}
