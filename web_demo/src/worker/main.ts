// The worker: answers the page's calls one by one, as they come.
import type { Answer, Calls, Loading, Message, Request } from "../protocol.js";
import { Studio } from "./studio.js";

const say = (message: Message): void => self.postMessage(message);
const asked = new URL(import.meta.url).searchParams.get("engine");
const studio: Calls = new Studio(asked, (loading: Loading) => say({ loading }));

async function answer({ id, call, given }: Request): Promise<Answer> {
  try {
    const method = studio[call] as (...given: readonly unknown[]) => Promise<unknown>;
    return { id, result: await method.apply(studio, [...given]) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message } };
  }
}

self.onmessage = (event: MessageEvent<Request>) => {
  void answer(event.data).then(say);
};
