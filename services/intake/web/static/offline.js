// What is written without a network: kept on this telephone, sent once, erased afterwards.
// The number made with it lets the server know a repeat, so that sending twice files once.
"use strict";
(() => {
  const box = document.getElementById("kept"), list = box.querySelector("ul");
  const form = document.getElementById("offline"), another = box.querySelector("[data-another]");
  const OF_THE_PAGE = ["at", "go", "vu", "danger_go"];

  const store = (mode, act) => new Promise((done, fail) => {
    const opening = indexedDB.open("d", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("d", { keyPath: "nonce" });
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      base.onversionchange = () => base.close();
      const work = base.transaction("d", mode), asked = act(work.objectStore("d"));
      work.oncomplete = () => { base.close(); done(asked.result); };
      work.onabort = () => { base.close(); fail(work.error); };
    };
  });
  const waiting = () => store("readonly", (drafts) => drafts.getAll());
  const keep = (draft) => store("readwrite", (drafts) => drafts.put(draft));
  const erase = (nonce) => store("readwrite", (drafts) => drafts.delete(nonce));

  const say = (words) => {
    const told = box.querySelector("[role=status]");
    told.textContent = words;
    told.hidden = !words;
  };

  // One card for each draft; nothing that was written is ever shown again.
  const cards = new Map();
  const card = (draft) => {
    if (cards.has(draft.nonce)) return cards.get(draft.nonce);
    const made = document.getElementById("waits").content.firstElementChild.cloneNode(true);
    const day = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
    made.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, day);
    made.querySelector("[data-state]").textContent = box.dataset.waiting;
    made.querySelector("[data-send]").addEventListener("click", send);
    made.querySelector("[data-erase]").addEventListener("click", async () => {
      await erase(draft.nonce);
      gone(draft.nonce);
      say(box.dataset.erased);
      box.querySelector("[role=status]").focus();
    });
    list.append(made);
    cards.set(draft.nonce, made);
    box.hidden = false;
    return made;
  };
  const gone = (nonce) => {
    cards.get(nonce)?.remove();
    cards.delete(nonce);
  };
  const show = (draft, state, reason) => {
    const made = card(draft), why = made.querySelector("[data-reason]");
    made.querySelector("[data-state]").textContent = box.dataset[state];
    for (const button of made.querySelectorAll("button")) button.disabled = state === "sending";
    why.textContent = reason ?? "";
    why.hidden = !reason;
  };
  const receipt = (told) => {
    const made = document.getElementById("sent").content.firstElementChild.cloneNode(true);
    for (const name of ["reference", "code", "next"]) made.querySelector(`[data-${name}]`).textContent = told[name];
    list.append(made);
    box.hidden = false;
    made.focus();
  };

  // What was refused is not sent again; only erasing is left.
  const refused = new Set();
  let busy = false;
  async function send() {
    if (busy) return;
    busy = true;
    try {
      for (const { nonce } of await waiting()) {
        if (refused.has(nonce)) continue;
        // It may have been erased while another one was sent.
        const draft = await store("readonly", (drafts) => drafts.get(nonce));
        if (!draft) gone(nonce);
        else if (!await sent(draft)) break;
      }
    } finally { busy = false; }
  }
  // Tells whether the others can be sent too. The receipt is shown before the draft goes, so that
  // neither is lost.
  async function sent(draft) {
    let answer, told;
    show(draft, "sending");
    try {
      const signal = AbortSignal.timeout?.(60_000);
      answer = await fetch("/hors-ligne", { method: "POST", body: new URLSearchParams(draft.fields), signal });
      told = await answer.json();
    } catch {
      show(draft, "waiting", box.dataset.failed);
      return false;
    }
    if (!answer.ok) {
      show(draft, "waiting", told.reason ?? box.dataset.failed);
      if (!told.reason) return false;
      refused.add(draft.nonce);
      card(draft).querySelector("[data-send]").remove();
      return true;
    }
    receipt(told);
    gone(draft.nonce);
    await erase(draft.nonce);
    return true;
  }
  // A receipt is for somebody's eyes: nothing is sent while nobody looks.
  const maybe = async () => {
    if (document.visibilityState !== "visible") return;
    const drafts = await waiting().catch(() => []);
    drafts.forEach(card);
    if (drafts.length && navigator.onLine) await send();
  };
  addEventListener("online", maybe);
  document.addEventListener("visibilitychange", maybe);
  setInterval(maybe, 30_000);
  maybe();

  if (form) {
    const errors = form.querySelector(".errors"), questions = document.getElementById("questions");
    const said = form.dataset.said ? JSON.parse(decodeURIComponent(form.dataset.said)) : [];
    const given = said.filter(([name, value]) => value && !OF_THE_PAGE.includes(name));
    const pressed = new Map(said);
    if (pressed.get("danger_go")) given.push(["danger", pressed.get("danger_go")]);
    // What was on its way is kept as it was: the server may have it already.
    let fixed = pressed.get("go") === "send" ? given : null;

    const put = ([name, value]) => {
      const field = form.elements[name];
      const choice = [...(field?.length && !field.options ? field : [field])].find((one) => one?.value === value);
      const hidden = (choice ?? field)?.closest?.("details");
      if (hidden) hidden.open = true;
      if (choice?.type === "radio" || choice?.type === "checkbox") choice.checked = true;
      else if (field && !field.length || field?.options) field.value = value;
      else form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    };
    const begin = () => {
      form.reset();
      for (const part of form.querySelectorAll("details")) part.open = false;
      questions.hidden = Boolean(fixed);
      document.getElementById("on-the-way").hidden = !fixed;
      form.hidden = false;
      another.hidden = true;
    };
    const fail = (name) => {
      errors.hidden = false;
      for (const line of errors.querySelectorAll("li")) line.hidden = line.dataset.error !== name;
      errors.focus();
    };
    const rest = () => {
      form.hidden = true;
      another.hidden = false;
    };
    begin();
    if (!fixed) given.forEach(put);
    // Who comes back to what waits, or to the numbers that it got, is not shown an empty form first.
    if (!said.length) waiting().then((drafts) => { if (drafts.length) rest(); }).catch(() => {});
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      errors.hidden = true;
      const fields = fixed ?? [...new FormData(form)].filter(([, value]) => value);
      const all = new Map(fields);
      if (!all.get("words")?.trim() && !all.get("category")) return fail("words");
      let nonce = all.get("nonce");
      if (!nonce) {
        nonce = [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
        fields.push(["nonce", nonce]);
      }
      const draft = { nonce, fields, at: Date.now() };
      try { await keep(draft); } catch { return fail("keep"); }
      say("");
      const made = card(draft);
      fixed = null;
      for (const one of form.querySelectorAll("input[type=hidden]:not([name=lang])")) one.remove();
      form.reset();
      rest();
      made.focus();
      await maybe();
    });
    another.addEventListener("click", begin);
  }

  // Ready once the page for writing is on this telephone.
  const workers = navigator.serviceWorker;
  workers?.register("/hors-ligne.js").then(() => workers.ready).then(() => {
    for (const line of document.querySelectorAll("[data-ready]")) line.hidden = false;
  }).catch(() => { /* without it everything works as long as there is a network */ });
})();
