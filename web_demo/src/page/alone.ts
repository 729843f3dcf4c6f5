// The page on its own: the networks run here, in a worker, and a service worker keeps all for later.
import { Page, showProgress } from "./page.js";
import { WorkerBackend } from "./worker_backend.js";

new Page(new WorkerBackend(showProgress));
// Only where the page is served securely; it works without as well.
navigator.serviceWorker?.register(new URL("service_worker.js", import.meta.url)).catch(() => undefined);
