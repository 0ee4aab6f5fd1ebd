// Keeps the field page and its own files in the browser, so that it opens without a line. Nothing else passes through it.
"use strict";
const STORE = "cockpit-field-page";
const PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data && Array.isArray(event.data.keep)) event.waitUntil(keep(event.data.keep));
});

/** Exactly these are kept: the page in one language, and its files. */
async function keep(urls) {
  const store = await caches.open(STORE);
  const wanted = new Set(urls.map((url) => new URL(url, self.location.origin).href));
  for (const url of wanted) {
    if (!(await store.match(url))) await store.add(url);
  }
  for (const request of await store.keys()) {
    const other = new URL(request.url);
    if (!wanted.has(request.url) && other.pathname !== "/field") await store.delete(request);
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/field") event.respondWith(page(event.request, url));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(event.request));
});

/** The server's page; what is kept of it where the server does not answer in time. */
async function page(request, url) {
  const store = await caches.open(STORE);
  const lang = url.searchParams.get("lang") === "en" ? "en" : "zh";
  const kept = `${self.location.origin}/field?lang=${lang}`;
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await store.put(kept, answer.clone());
    if (answer.status < 500) return answer;
  } catch {
    // no line: below
  }
  return (await store.match(kept)) || (await anyPage(store)) || Response.error();
}

async function anyPage(store) {
  for (const request of await store.keys()) {
    if (new URL(request.url).pathname === "/field") return store.match(request);
  }
  return undefined;
}

async function file(request) {
  const store = await caches.open(STORE);
  return (await store.match(request)) || fetch(request);
}
