// One connection to the hub: news by an event stream, by polling when the hub has no stream to spare,
// and a plain word to the person within seconds when neither works. Recovers by itself.
//
// Tells the page by events on `document`:
//   vuoro:changed  {data}   something changed (data: what the stream said)
//   vuoro:lost              no connection
//   vuoro:back              connected again
(() => {
  "use strict";
  const root = document.querySelector("[data-stream]");
  if (!root) return;
  const SILENT = 5500;      // no sign of life for so long: lost (the hub beats every 2 s)
  const POLL = 3000;
  const display = root.dataset.poll;

  let source = null, lastHeard = Date.now(), lost = false, polling = null, retry = null, wait = 500, changed = null;

  const say = (name, detail) => document.dispatchEvent(new CustomEvent("vuoro:" + name, {detail}));
  const heard = () => {
    lastHeard = Date.now();
    if (lost) { lost = false; say("back"); }
  };
  const lose = () => { if (!lost) { lost = true; say("lost"); } };

  // For a page that fetches what it shows, many changes at once become one. A display is given its state with the news.
  const tell = data => {
    if (display) { say("changed", {data}); return; }
    changed ??= setTimeout(() => { changed = null; say("changed", {data}); }, 60);
  };

  function connect() {
    clearTimeout(retry);
    if (source) source.close();
    source = new EventSource(root.dataset.stream);
    source.addEventListener("hello", event => {
      heard();
      stopPolling();
      wait = 500;
      // The hub was updated: its pages may have changed too.
      const version = JSON.parse(event.data).version;
      if (version !== document.body.dataset.version) location.reload();
    });
    source.addEventListener("beat", event => { heard(); say("beat", {data: event.data}); });
    source.addEventListener("changed", event => { heard(); tell(event.data); });
    source.addEventListener("error", () => {
      source.close();
      source = null;
      startPolling();
      again();
    });
  }

  function again() {
    clearTimeout(retry);
    retry = setTimeout(connect, wait + Math.random() * wait / 2);
    wait = Math.min(wait * 2, display ? 5000 : 8000);
  }

  // While there is no stream: ask now, and again every few seconds. An answer means that the hub is there.
  function startPolling() {
    if (polling) return;
    const ask = async () => {
      try {
        const answer = await fetch(display || "/healthz", {cache: "no-store", signal: AbortSignal.timeout(4000)});
        if (display && answer.ok) { const text = await answer.text(); heard(); tell(text); }
        else if (!display) { heard(); tell(""); }
      } catch { lose(); }
    };
    polling = setInterval(ask, POLL);
    ask();
  }
  function stopPolling() { clearInterval(polling); polling = null; }

  setInterval(() => {
    if (document.hidden && !display) return;
    if (Date.now() - lastHeard > SILENT) {
      lose();
      if (source) { source.close(); source = null; startPolling(); again(); }
    }
  }, 1000);

  // A staff page in the background gives its stream back and asks anew when it is looked at. Displays never rest.
  let resting = null;
  document.addEventListener("visibilitychange", () => {
    if (display) return;
    clearTimeout(resting);
    if (document.hidden) {
      resting = setTimeout(() => { clearTimeout(retry); stopPolling(); if (source) { source.close(); source = null; } }, 20000);
    } else if (!source) { lastHeard = Date.now(); wait = 500; connect(); }
  });
  window.addEventListener("online", () => { wait = 500; connect(); });
  window.addEventListener("offline", lose);
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
  connect();
})();
