// The segmenter behind the page: here the server's REST sessions.

/** An answer that is no result: `code` for programs, the message for the person. */
export class Refused extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

async function ask(path, request) {
  let answer;
  try {
    answer = await fetch(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("gone", "the server does not answer; is it still running?");
  }
  if (answer.ok) return answer;
  let told = {};
  try {
    told = await answer.json();
  } catch {
    // Not one of our answers.
  }
  throw new Refused(told.error ?? "failed", told.detail ?? `the server says ${answer.status}`);
}

/** One photo on the server. It is opened again where the server has forgotten it. */
class Photo {
  constructor(blob, opened) {
    this.blob = blob;
    this.take(opened);
  }

  take({ session, width, height }) {
    this.session = session;
    this.width = width;
    this.height = height;
  }

  /** The outline as an SVG path (edge coordinates) and what is known about the mask. */
  async outline(prompts, signal) {
    const answer = await this.predict(prompts, "contour", signal);
    const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
    return {
      path: svg.querySelector("path")?.getAttribute("d") ?? "",
      score: Number(answer.headers.get("Squeezesam-Score")),
      automatic: answer.headers.get("Squeezesam-Automatic") === "true",
      area: Number(answer.headers.get("Squeezesam-Area")),
    };
  }

  /** The cut-out as a PNG blob. */
  async cutout(prompts) {
    return (await this.predict(prompts, "cutout")).blob();
  }

  async predict(prompts, format, signal) {
    const request = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ prompts, format }),
      signal,
    };
    try {
      return await ask(`sessions/${this.session}/predict`, request);
    } catch (error) {
      if (error.code !== "no_session") throw error;
    }
    this.take(await opened(this.blob));
    return ask(`sessions/${this.session}/predict`, request);
  }

  close() {
    fetch(`sessions/${this.session}`, { method: "DELETE", keepalive: true }).catch(() => {});
  }
}

async function opened(blob) {
  const form = new FormData();
  form.append("photo", blob, "photo");
  return (await ask("sessions", { method: "POST", body: form })).json();
}

/** Opens a photo: a Blob of any format that the server reads. */
export async function open(blob) {
  return new Photo(blob, await opened(blob));
}
