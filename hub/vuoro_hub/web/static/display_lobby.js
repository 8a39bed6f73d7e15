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
  function named(texts, className, order = languages) {
    const spans = order.filter(tag => texts[tag]).map(tag => { const one = node("span", "", texts[tag]); one.lang = tag; return one; });
    const [first, ...rest] = spans;
    const others = node("span", "others");
    others.append(...rest);
    const name = node("span", className);
    if (first) name.append(first, others);
    return name;
  }
  // What has room for one language at a time stands in each for five seconds.
  const TURN = 5000;
  let turn = 0;
  const inTurn = () => [...languages.slice(turn % languages.length), ...languages.slice(0, turn % languages.length)];
  function place(call, into, order = languages) {
    const floors = Object.keys(call.area_name ?? {}).length;
    const parts = [named(call.counter_name, "place", floors ? order : languages)];
    if (floors) parts.push(named(call.area_name, "area", order));
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
    rows();
    by("coming").replaceChildren(...state.coming.map(number => node("li", "", number)));
    by("waiting").textContent = state.waiting;
    by("coming-box").hidden = state.coming.length === 0;
    queue.take(calls);
    large();
    clockAhead = Date.parse(state.at) - Date.now();
  }
  function rows() {
    const many = calls.filter(call => !call.serving).length > ROWS;
    by("calls").classList.toggle("many", many);
    by("calls").replaceChildren(...calls.slice(0, many ? MANY_ROWS : ROWS).map(call => {
      const row = node("li", call.serving ? "serving" : "calling");
      const where = node("span", "where");
      place(call, where, inTurn());
      row.append(node("span", "number", call.number), node("span", "arrow", "→"), where);
      return row;
    }));
  }
  function takeTurn() {
    rows();
    const said = [...document.querySelectorAll("#trouble .label span")];
    said.forEach((one, place) => one.classList.toggle("turn", place === turn % said.length));
  }

  const clock = new Intl.DateTimeFormat("fi-FI", {hour: "numeric", minute: "2-digit", timeZone: display.dataset.timezone});
  const tick = () => { by("clock").textContent = clock.format(new Date(Date.now() + clockAhead)); };

  document.addEventListener("vuoro:changed", event => { if (event.detail.data) show(JSON.parse(event.detail.data)); });
  document.addEventListener("vuoro:beat", event => { clockAhead = Date.parse(event.detail.data) - Date.now(); });
  show(JSON.parse(by("state").textContent));
  takeTurn();
  setInterval(() => { turn += 1; takeTurn(); }, TURN);
  tick();
  setInterval(tick, 1000);
})();
