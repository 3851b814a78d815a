// What a public page does better with a script: read aloud, large letters, a quicker exit that
// forgets more, smaller photos. Every page works without it.
"use strict";
(() => {
  const tool = (name) => document.querySelector(`[data-tool=${name}]`);
  const forget = () => {
    try { sessionStorage.clear(); localStorage.clear(); } catch { /* storage is switched off */ }
    const gone = [];
    if (self.indexedDB) {
      gone.push(new Promise((done) => {
        const erasing = indexedDB.deleteDatabase("d");
        erasing.onsuccess = erasing.onerror = erasing.onblocked = done;
      }));
    }
    if (self.caches) gone.push(caches.keys().then((names) => Promise.all(names.map((n) => caches.delete(n)))));
    const workers = navigator.serviceWorker;
    if (workers) gone.push(workers.getRegistrations().then((all) => Promise.all(all.map((one) => one.unregister()))));
    return Promise.allSettled(gone);
  };

  const leave = document.querySelector("a.leave");
  let left = false;
  leave.addEventListener("click", async (event) => {
    event.preventDefault();
    left = true;
    document.documentElement.hidden = true;
    document.title = "";
    await Promise.race([forget(), new Promise((done) => setTimeout(done, 500))]);
    // Replaced, so that going back does not come to this page.
    location.replace(navigator.onLine ? leave.href : "about:blank");
  });
  // A page that the browser kept in memory is not shown again after leaving.
  addEventListener("pageshow", (event) => { if (event.persisted && left) location.replace(leave.href); });

  const large = tool("large");
  const grow = (on) => {
    document.documentElement.classList.toggle("large", on);
    large.setAttribute("aria-pressed", String(on));
  };
  try {
    grow(sessionStorage.getItem("large") === "1");
    large.addEventListener("click", () => {
      const on = large.getAttribute("aria-pressed") !== "true";
      sessionStorage.setItem("large", on ? "1" : "");
      grow(on);
    });
    large.hidden = false;
  } catch { /* storage is switched off */ }

  const listen = tool("listen");
  if (self.speechSynthesis && self.SpeechSynthesisUtterance) {
    const word = listen.querySelector("span");
    const start = word.textContent;
    const stop = () => { speechSynthesis.cancel(); word.textContent = start; };
    listen.addEventListener("click", () => {
      if (word.textContent !== start) return stop();
      const said = new SpeechSynthesisUtterance(document.getElementById("main").innerText);
      said.lang = document.documentElement.lang;
      said.rate = 0.9;
      said.onend = stop;
      word.textContent = listen.dataset.stop;
      speechSynthesis.cancel();
      speechSynthesis.speak(said);
    });
    addEventListener("pagehide", stop);
    // Without a voice of the language nothing could be heard.
    const voiced = () => {
      listen.hidden = !speechSynthesis.getVoices().some((v) => v.lang.startsWith(document.documentElement.lang));
    };
    speechSynthesis.addEventListener?.("voiceschanged", voiced);
    voiced();
  }

  const photo = document.querySelector("input[type=file]");
  photo?.addEventListener("change", async () => {
    const [file] = photo.files;
    if (!file || !self.createImageBitmap || !self.DataTransfer) return;
    try {
      const picture = await createImageBitmap(file);
      const share = Math.min(1, 1600 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = picture.width * share;
      canvas.height = picture.height * share;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
      if (!small || small.size >= file.size) return;
      const chosen = new DataTransfer();
      chosen.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
      photo.files = chosen.files;
    } catch { /* it is sent as it is */ }
  });
})();
