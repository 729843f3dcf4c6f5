// The page: photo in, automatic mask, taps, cut-out.

import { open } from "./backend.js";
import { listen } from "./gestures.js";
import { Prompts } from "./prompts.js";
import { View } from "./view.js";

const find = (id) => document.getElementById(id);
const view = new View(find("stage"));
const buttons = { undo: find("undo"), redo: find("redo"), clear: find("clear") };
const download = find("download");

let photo = null; // of the backend
let name = "photo";
let prompts = new Prompts();
let preview = null;
let cross = null;
let asking = null; // AbortController of the prediction under way
let opening = 0;

function tell(sentence, busy = false) {
  find("status").textContent = sentence;
  document.body.classList.toggle("busy", busy);
}

function draw() {
  view.prompts(prompts.now, preview, cross);
  buttons.undo.disabled = !prompts.canUndo;
  buttons.redo.disabled = !prompts.canRedo;
  buttons.clear.disabled = prompts.now.length === 0;
}

async function take(blob) {
  const number = ++opening;
  asking?.abort();
  tell("Opening the photo …", true);
  let opened;
  try {
    opened = await open(blob);
  } catch (error) {
    if (number === opening) tell(sentence(error));
    return;
  }
  if (number !== opening) return opened.close();
  photo?.close();
  photo = opened;
  name = (blob.name ?? "photo").replace(/\.[^.]*$/, "") || "photo";
  prompts = new Prompts();
  preview = cross = null;
  view.show(blob, photo.width, photo.height);
  find("tools").hidden = find("keys").hidden = false;
  await predict();
}

async function predict() {
  draw();
  asking?.abort();
  const mine = (asking = new AbortController());
  tell("Segmenting …", true);
  try {
    const start = performance.now();
    const { path, score, automatic, area } = await photo.outline(prompts.now, mine.signal);
    if (mine !== asking) return;
    view.outline(path);
    download.disabled = area === 0;
    const count = prompts.now.length;
    const how = automatic ? "Found by itself" : `${count} prompt${count > 1 ? "s" : ""}`;
    const part = ((100 * area) / (photo.width * photo.height)).toFixed(1);
    const time = Math.round(performance.now() - start);
    tell(`${how}: ${part} % of the photo, predicted quality ${score.toFixed(2)}, ${time} ms.`);
  } catch (error) {
    if (mine !== asking || error.name === "AbortError" || error.code === "overtaken") return;
    view.outline("");
    download.disabled = true;
    tell(sentence(error));
  }
}

function sentence(error) {
  return error.message.charAt(0).toUpperCase() + error.message.slice(1) + ".";
}

function say(type, place) {
  if (!photo) return;
  prompts.add({ type, ...place });
  predict();
}

function change(action) {
  if (!photo) return;
  prompts[action]();
  predict();
}

async function save() {
  download.disabled = true;
  tell("Cutting out …", true);
  try {
    const address = URL.createObjectURL(await photo.cutout(prompts.now));
    const link = document.createElement("a");
    link.href = address;
    link.download = `${name}-cutout.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    tell(`${link.download} is yours.`);
  } catch (error) {
    tell(sentence(error));
  }
  download.disabled = false;
}

listen(find("stage"), () => view.size, {
  tap(x, y, inverted) {
    const chosen = document.querySelector("input[name=mode]:checked").value;
    const type = inverted ? "background" : chosen;
    say(type, { x, y });
  },
  box(corners) {
    say("box", corners);
  },
  preview(box) {
    preview = box;
    draw();
  },
  cross(x, y) {
    cross = { x, y };
    draw();
  },
});

const image = (items) => [...items].find((item) => item.type.startsWith("image/") || !item.type);
const taken = (file) => {
  if (file) take(file);
};

find("file").addEventListener("change", (event) => {
  taken(event.target.files[0]);
  event.target.value = "";
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", kind === "dragover");
    if (kind === "drop") taken(image(event.dataTransfer.files));
  });
}
document.addEventListener("paste", (event) => taken(image(event.clipboardData.files)));
for (const [action, button] of Object.entries(buttons)) {
  button.addEventListener("click", () => change(action));
}
download.addEventListener("click", save);
document.addEventListener("keydown", (event) => {
  const held = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (key === "escape") change("clear");
  else if (held && key === "z") change(event.shiftKey ? "redo" : "undo");
  else if (held && key === "y") change("redo");
  else return;
  event.preventDefault();
});
find("photo").addEventListener("error", () => {
  if (photo) tell("This browser cannot show the photo's format; masks and cut-out are right anyhow.");
});
window.addEventListener("pagehide", (event) => {
  if (!event.persisted) photo?.close();
});
