// The lobby display: called numbers with the place to go to, coming numbers, how many wait, the time.
(() => {
  "use strict";
  const display = document.getElementById("display");
  const by = id => document.getElementById(id);
  const languages = display.dataset.languages.split(" ");
  const area = display.dataset.area;
  const MOST_CALLS = 8;
  let clockAhead = 0;

  const node = (tag, className, text) => { const one = document.createElement(tag); if (className) one.className = className; if (text !== undefined) one.textContent = text; return one; };

  // A name in all the display's languages; the first one large.
  function named(texts, into) {
    into.replaceChildren();
    const shown = languages.filter(tag => texts[tag]);
    shown.forEach(tag => { const one = node("span", "", texts[tag]); one.lang = tag; into.append(one); });
  }
  function place(call, into) {
    named(call.counter_name, into);
    if (Object.keys(call.area_name ?? {}).length) { const one = node("span", "area"); named(call.area_name, one); into.append(one); }
  }

  const queue = new window.vuoroCallQueue(call => {
    const box = by("highlight");
    box.hidden = !call;
    document.body.classList.toggle("highlighting", Boolean(call));
    if (!call) return;
    by("highlight-number").textContent = call.number;
    place(call, by("highlight-where"));
    box.classList.remove("arrives");
    requestAnimationFrame(() => box.classList.add("arrives"));
  });

  function show(state) {
    const calls = state.calls.filter(call => !area || call.area === area);
    const called = [...calls.filter(call => !call.serving), ...calls.filter(call => call.serving)].slice(0, MOST_CALLS);
    by("calls").replaceChildren(...called.map(call => {
      const row = node("li", call.serving ? "serving" : "calling");
      const where = node("span", "where");
      place(call, where);
      row.append(node("span", "number", call.number), node("span", "arrow", "→"), where);
      return row;
    }));
    by("nobody").hidden = called.length > 0;
    by("coming").replaceChildren(...state.coming.map(number => node("li", "", number)));
    by("waiting").textContent = state.waiting;
    by("coming-box").hidden = state.coming.length === 0;
    queue.take(calls);
    clockAhead = Date.parse(state.at) - Date.now();
  }

  const clock = new Intl.DateTimeFormat("fi-FI", {hour: "numeric", minute: "2-digit", timeZone: display.dataset.timezone});
  const tick = () => { by("clock").textContent = clock.format(new Date(Date.now() + clockAhead)); };

  document.addEventListener("vuoro:changed", event => { if (event.detail.data) show(JSON.parse(event.detail.data)); });
  document.addEventListener("vuoro:beat", event => { clockAhead = Date.parse(event.detail.data) - Date.now(); });
  show(JSON.parse(by("state").textContent));
  tick();
  setInterval(tick, 1000);
})();
