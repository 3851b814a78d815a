// Shows the page for writing without a network when the network is away, and keeps nothing but it:
// never a receipt, never a page about a case, never anything that somebody said.
"use strict";
const KEPT = {};

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const kept = await caches.open(KEPT.name);
  await kept.addAll([...Object.values(KEPT.pages), ...KEPT.files]);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT.name).map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (KEPT.files.includes(pathname + search)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate" && ["/", "/dire", "/hors-ligne"].includes(pathname)) {
    event.respondWith(answer(request));
  }
});

async function answer(request) {
  const copy = request.method === "POST" ? request.clone() : null;
  try {
    return await fetch(request);
  } catch {
    return written(request, copy ? [...await copy.formData()] : []);
  }
}

// The page carries along what was said when the network went away, in memory alone.
async function written(request, said) {
  const asked = new Map(said).get("lang") ?? new URL(request.url).searchParams.get("langue") ?? navigator.language;
  const kept = await caches.match(asked.startsWith("en") ? KEPT.pages.en : KEPT.pages.fr);
  if (!kept) return Response.error();
  const page = await kept.text();
  const carried = encodeURIComponent(JSON.stringify(said.filter(([, value]) => typeof value === "string")));
  return new Response(page.replace('data-said=""', `data-said="${carried}"`), { headers: kept.headers });
}
