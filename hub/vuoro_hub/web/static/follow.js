// The customer's page asks for news every few seconds while it is looked at, and at once when it is looked at again.
// It says so when no answer comes, and that the number still counts; asking goes on, so it recovers by itself.
(() => {
  "use strict";
  const EVERY = 5000, SOON = 1500;
  const banner = document.getElementById("connection");
  const followed = () => document.getElementById("followed");
  const over = () => ["finished", "cancelled", "left"].includes(followed().dataset.state);
  let failed = 0, soon = null;

  function say(gone) {
    const text = gone ? banner.dataset.gone : "";
    if (banner.textContent !== text) banner.textContent = text;
    document.body.classList.toggle("not-connected", gone);
  }
  const ask = () => { if (!document.hidden && !over()) htmx.trigger(followed(), "refresh"); };
  // One answer may be missing while the hub starts anew: what is missing twice is told.
  function lost() {
    failed += 1;
    if (failed > 1) { say(true); return; }
    clearTimeout(soon);
    soon = setTimeout(ask, SOON);
  }

  document.addEventListener("htmx:after:request", event => {
    const status = event.detail.ctx.response.status;
    if (status === 404) location.reload();
    else if (status >= 400) lost();
    else { failed = 0; say(false); }
  });
  document.addEventListener("htmx:error", lost);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("offline", () => { if (!over()) say(true); });
  window.addEventListener("online", ask);
  window.addEventListener("pageshow", event => { if (event.persisted) ask(); });
  setInterval(ask, EVERY);
})();
