/* Puts new figures into their places on a page that would otherwise reload itself: every element with data-watch="NAME"
   gets the text and the attributes that the source has under that name. Texts are only touched where they changed, so
   that a reader of screens hears of changes and of nothing else. */
"use strict";

(function () {
  const root = document.getElementById("watch");
  if (!root) return;
  const seconds = Number(root.dataset.watchSeconds) || 60;

  function put(data) {
    for (const element of document.querySelectorAll("[data-watch]")) {
      const name = element.dataset.watch;
      const text = data.texts && data.texts[name];
      const attributes = data.attributes && data.attributes[name];
      if (typeof text === "string" && element.textContent !== text) element.textContent = text;
      for (const key in attributes || {}) element.setAttribute(key, attributes[key]);
    }
  }

  async function look() {
    if (document.visibilityState === "hidden") return;
    try {
      const answer = await fetch(root.dataset.watchSource, { cache: "no-store", redirect: "manual" });
      const data = answer.ok ? await answer.json() : null;
      if (!data || data.shape !== root.dataset.watchShape) location.reload();
      else put(data);
    } catch (error) {
      /* The network or the server is away for a moment: the next look will tell. */
    }
  }

  setInterval(look, seconds * 1000);
})();
