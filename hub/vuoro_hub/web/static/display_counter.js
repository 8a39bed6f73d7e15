// One counter's display: the number, newly called or being served.
(() => {
  "use strict";
  const display = document.getElementById("display");
  const counter = display.dataset.counter;
  const number = document.getElementById("number");

  const queue = new window.vuoroCallQueue(call => document.body.classList.toggle("flash", Boolean(call)));

  function show(state) {
    const now = state.counters[counter];
    if (!now) { location.reload(); return; }
    document.body.dataset.state = now.state;
    if (number.textContent !== (now.number ?? "")) number.textContent = now.number ?? "";
    for (const words of document.querySelectorAll("[data-for]")) words.hidden = words.dataset.for !== now.state;
    queue.take(state.calls.filter(call => call.counter === counter));
    if (now.state !== "calling") document.body.classList.remove("flash");
  }
  document.addEventListener("vuoro:changed", event => { if (event.detail.data) show(JSON.parse(event.detail.data)); });
  show(JSON.parse(document.getElementById("state").textContent));
})();
