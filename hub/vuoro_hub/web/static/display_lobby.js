// The lobby display: called numbers with the place to go to, coming numbers, how many wait, the time.
(() => {
  "use strict";
  const display = document.getElementById("display");
  const by = id => document.getElementById(id);
  const languages = display.dataset.languages.split(" ");
  const area = display.dataset.area;
  const ROWS = 5, MANY_ROWS = 8;
  let clockAhead = 0;

  const node = (tag, className, text) => { const one = document.createElement(tag); if (className) one.className = className; if (text !== undefined) one.textContent = text; return one; };

  // A name in all the display's languages; the first one large, the others in one line below.
  function named(texts, className) {
    const spans = languages.filter(tag => texts[tag]).map(tag => { const one = node("span", "", texts[tag]); one.lang = tag; return one; });
    const [first, ...rest] = spans;
    const others = node("span", "others");
    others.append(...rest);
    const name = node("span", className);
    if (first) name.append(first, others);
    return name;
  }
  function place(call, into) {
    const parts = [named(call.counter_name, "place")];
    if (Object.keys(call.area_name ?? {}).length) parts.push(named(call.area_name, "area"));
    into.replaceChildren(...parts);
  }

  // Large: what is newly called, for its full time; between calls the newest one, calm.
  let calls = [];
  const queue = new window.vuoroCallQueue(call => { large(); if (call) arrive(); });

  function large() {
    const call = queue?.current ?? calls[0];
    const now = Boolean(queue?.current);
    document.body.classList.toggle("highlighting", now);
    by("hero-now").hidden = !now;
    by("hero-called").hidden = now || !call;
    by("nobody").hidden = Boolean(call);
    by("hero-number").textContent = call?.number ?? "";
    if (call) place(call, by("hero-where")); else by("hero-where").replaceChildren();
  }
  function arrive() {
    by("hero").classList.remove("arrives");
    requestAnimationFrame(() => by("hero").classList.add("arrives"));
  }

  function show(state) {
    calls = state.calls.filter(call => !area || call.area === area);
    calls = [...calls.filter(call => !call.serving), ...calls.filter(call => call.serving)];
    const many = calls.filter(call => !call.serving).length > ROWS;
    by("calls").classList.toggle("many", many);
    by("calls").replaceChildren(...calls.slice(0, many ? MANY_ROWS : ROWS).map(call => {
      const row = node("li", call.serving ? "serving" : "calling");
      const where = node("span", "where");
      place(call, where);
      row.append(node("span", "number", call.number), node("span", "arrow", "→"), where);
      return row;
    }));
    by("coming").replaceChildren(...state.coming.map(number => node("li", "", number)));
    by("waiting").textContent = state.waiting;
    by("coming-box").hidden = state.coming.length === 0;
    queue.take(calls);
    large();
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
