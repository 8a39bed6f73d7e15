// The page of today fetches itself anew while somebody may be looking, and puts in what is different.
// It says so when no answer comes, and goes on asking.
(() => {
  "use strict";
  const EVERY = 15000, AGAIN = 2000, WAIT = 4000;
  const banner = document.getElementById("connection");
  const parts = () => document.querySelectorAll("[data-renewed]");
  let failed = 0, next = null, asking = false;

  function say(gone) {
    const text = gone ? banner.dataset.gone.replace("{time}", document.getElementById("as-of").dataset.at) : "";
    if (banner.textContent !== text) banner.textContent = text;
    document.body.classList.toggle("not-connected", gone);
  }

  function put(page) {
    if (page.body.dataset.version !== document.body.dataset.version) { location.reload(); return; }
    for (const old of parts()) {
      const fresh = page.getElementById(old.id);
      if (fresh && !old.isEqualNode(fresh)) old.replaceWith(document.adoptNode(fresh));
    }
  }

  async function renew() {
    clearTimeout(next);
    if (asking) return;
    if (!document.hidden) {
      asking = true;
      try {
        const answer = await fetch(location.href, {cache: "no-store", signal: AbortSignal.timeout(WAIT)});
        if (!answer.ok) throw new Error(answer.status);
        put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        failed = 0;
        say(false);
      } catch {
        failed += 1;
        if (failed > 1) say(true);
      }
      asking = false;
    }
    next = setTimeout(renew, failed ? AGAIN : EVERY);
  }

  document.addEventListener("visibilitychange", renew);
  window.addEventListener("online", renew);
  window.addEventListener("offline", () => say(true));
  window.addEventListener("pageshow", event => { if (event.persisted) renew(); });
  next = setTimeout(renew, EVERY);
})();
