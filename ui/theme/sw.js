// Keeps files that never change, and says whom to call while there is no line. Never keeps an answer or a page of one.
// The server puts the site's facts in the first line below; a new version of anything in them is a new worker.
const SITE = __SITE__;
const NAME = SITE.family + SITE.version;
const NEVER_CHANGES = /^\/(?:theme\/[0-9a-f]{12}\/|assets\/[\w.-]+-[\w-]{8,}\.\w+$)/;
// What a proxy says in place of a server that has gone.
const GONE = [502, 504];

self.addEventListener("install", (event) => {
  const prepare = async () => {
    const cache = await caches.open(NAME);
    // Past the browser's own cache, or a new worker could begin with the old page.
    await cache.addAll(SITE.first.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(prepare());
});

self.addEventListener("activate", (event) => {
  const takeOver = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(SITE.family) && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
    await self.clients.claim();
  };
  event.waitUntil(takeOver());
});

const kept = async (request) => {
  const cache = await caches.open(NAME);
  const held = await cache.match(request, { ignoreVary: true });
  if (held) return held;
  const response = await fetch(request);
  const forEver = (response.headers.get("cache-control") || "").includes("immutable");
  if (response.status === 200 && forEver) await cache.put(request, response.clone());
  return response;
};

const offline = async () => (await caches.match(SITE.offline, { ignoreVary: true })) || Response.error();

const page = async (event) => {
  try {
    const response = (await event.preloadResponse) || (await fetch(event.request));
    return GONE.includes(response.status) ? offline() : response;
  } catch {
    return offline();
  }
};

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const inside = address.origin === self.location.origin && address.pathname.startsWith(`${SITE.prefix}/`);
  if (event.request.method !== "GET" || !inside) return;
  const path = address.pathname.slice(SITE.prefix.length);
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (NEVER_CHANGES.test(path) || SITE.first.includes(address.pathname + address.search)) {
    event.respondWith(kept(event.request));
  }
});
