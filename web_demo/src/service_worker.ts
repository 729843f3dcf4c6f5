// Keeps the page for the time without a network, and serves it cross-origin isolated, so that the
// engine may use threads: also where the host cannot set headers. Nothing of another host is asked.
const worker = self as unknown as ServiceWorkerGlobalScope;

// Written by the build: every file of the page, and a digest of them all.
declare const FILES: readonly string[];
/** Files that not everybody needs: kept once somebody has asked for them. */
declare const LATER: readonly string[];
declare const DIGEST: string;

const PREFIX = `squeezesam ${new URL("./", worker.location.href).pathname} `;
const CACHE = PREFIX + DIGEST;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...FILES])));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder());
});

worker.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") {
    event.respondWith(answer(event.request));
  }
});

async function forgetOlder(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true }); // what is asked of the page, not of the host
  const found = kept ?? await fetch(request);
  if (kept === undefined && found.ok && isLater(request.url)) {
    await cache.put(request, found.clone());
  }
  // What is no answer of our own host has no headers to be changed.
  return found.type === "basic" ? isolated(found) : found;
}

const isLater = (url: string): boolean =>
  LATER.some((name) => new URL(name, worker.location.href).href === url);

function isolated(found: Response): Response {
  const headers = new Headers(found.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  const { status, statusText } = found;
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : found.body, { status, statusText, headers });
}
