// The page of `squeezesam serve`: the networks run on the server that the page comes from.
import { find } from "./elements.js";
import { Page, showProgress } from "./page.js";
import { ServerBackend } from "./server_backend.js";

const HERE = ["localhost", "127.0.0.1", "[::1]"];
const where = HERE.includes(location.hostname) ? "The photo never leaves this machine."
  : `The photo goes to ${location.host} and no further.`;
find("promise", HTMLElement).textContent = where;

const backend = new ServerBackend(showProgress);
new Page(backend);
window.addEventListener("pagehide", (event) => {
  if (!event.persisted) {
    backend.close();
  }
});
