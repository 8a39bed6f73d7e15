// The customer's page asks for news every few seconds while it is looked at, and at once when it is looked at again.
(() => {
  "use strict";
  const stale = document.getElementById("stale");
  const followed = () => document.getElementById("followed");
  const over = () => ["finished", "cancelled", "left"].includes(followed().dataset.state);
  const ask = () => { if (!document.hidden && !over()) htmx.trigger(followed(), "refresh"); };
  let failed = 0;
  document.addEventListener("htmx:after:swap", () => { failed = 0; stale.hidden = true; });
  document.addEventListener("htmx:error", () => { failed += 1; stale.hidden = failed < 2; });
  document.addEventListener("htmx:response:error", event => { if (event.detail.ctx.response.status === 404) location.reload(); });
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, 5000);
})();
