// What is shown as newly called, one after another: each call for its full time, also when several come at once (Q4).
(() => {
  "use strict";
  const FULL = 8000;

  // A call is news when its number, place, showing or count of recalls was not seen before.
  const keyOf = call => [call.number, call.counter, call.called_at, call.showing, call.recalls].join(" ");

  class CallQueue {
    constructor(show, full = FULL) {
      this.show = show;      // called with a call, or null when there is nothing new
      this.full = full;
      this.seen = null;
      this.waiting = [];
      this.current = null;
    }

    // `calls`: those of the state, newest first. The first state seen is not news.
    take(calls) {
      const keys = new Set(calls.map(keyOf));
      if (this.seen) {
        const fresh = calls.filter(call => !call.serving && !this.seen.has(keyOf(call))).reverse();
        this.waiting.push(...fresh);
      }
      this.seen = keys;
      // A call that was ended or taken back while it waited is not shown.
      const still = call => calls.some(one => one.number === call.number && one.counter === call.counter && !one.serving);
      this.waiting = this.waiting.filter(still);
      if (!this.current) this.next();
    }

    next() {
      this.current = this.waiting.shift() ?? null;
      this.show(this.current);
      if (this.current) setTimeout(() => this.next(), this.full);
    }
  }
  window.vuoroCallQueue = CallQueue;

  // Trouble is said only when it lasts: a hub that restarts within seconds is no news for the lobby.
  const trouble = document.getElementById("trouble");
  let telling = null;
  document.addEventListener("vuoro:lost", () => { telling ??= setTimeout(() => { trouble.hidden = false; document.body.classList.add("no-news"); }, 5000); });
  document.addEventListener("vuoro:back", () => { clearTimeout(telling); telling = null; trouble.hidden = true; document.body.classList.remove("no-news"); });
})();
