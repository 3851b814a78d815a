// What the desk does better with scripts: lists change in place (htmx), and what is on its way says
// so. Every page works without them.
"use strict";
(() => {
  // Nothing of a page is kept by the browser: going back asks for it again.
  const nothing = { historyCacheSize: 0, refreshOnHistoryMiss: true };
  // The pages' policy lets no style and no script stand in a page.
  const strict = { includeIndicatorStyles: false, allowEval: false, allowScriptTags: false };
  if (self.htmx) Object.assign(htmx.config, nothing, strict);

  const busy = document.getElementById("busy");
  const working = (form, on) => {
    busy.classList.toggle("on", on);
    for (const button of form.querySelectorAll("button")) button.disabled = on;
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    // Later: the button that was pressed is sent along, which one that is disabled is not.
    setTimeout(() => working(form, true));
  });
  // A page that the browser kept comes back as it was left: on its way.
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => working(form, false)));
  // What had the focus is gone with the list that it stood in.
  document.addEventListener("htmx:afterSettle", () => document.getElementById("list")?.focus());
})();
