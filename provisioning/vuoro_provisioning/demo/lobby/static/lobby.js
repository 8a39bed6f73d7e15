// Looks at the point a few times a second and shows what has changed; presses what a person presses.
"use strict";

const words = JSON.parse(document.body.dataset.words);
const LOOK_EVERY_MS = 450;
const LOOK_HIDDEN_MS = 2000;
const PAPERS_SHOWN = 4;
const shown = {}; // what each unit's part of the page shows now, so that only changes are drawn

const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const unitsPart = (name, unit) => one(`[data-${name}="${CSS.escape(unit)}"]`);

async function look() {
  try {
    const answer = await fetch("/state");
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    one(".gone").hidden = true;
  } catch {
    one(".gone").hidden = false;
  }
  setTimeout(look, document.hidden ? LOOK_HIDDEN_MS : LOOK_EVERY_MS);
}

async function press(path, body) {
  const said = one(".said");
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const why = answer.ok ? "" : (await answer.text()).replace(/<[^>]*>/g, " ").trim().slice(0, 200);
    said.hidden = answer.ok;
    said.textContent = answer.ok ? "" : `${words.not_done} ${why}`;
  } catch {
    one(".gone").hidden = false;
  }
}

function show(state) {
  showPlug("broker", state.broker.plug, state.broker.plug === "on" ? "is_on" : null);
  showPlug("hub", state.hub.plug, state.hub.answers ? "is_connected" : state.ready ? "is_unwell" : "is_starting");
  for (const [unit, seen] of Object.entries(state.units)) showUnit(unit, seen);
}

function showPlug(key, plug, whenOn) {
  const line = unitsPart("state", key);
  const word = plug === "on" ? whenOn : `is_${plug}`;
  if (line.dataset.word === word) return;
  line.dataset.word = word;
  line.querySelector(".word").textContent = words[word];
  line.classList.toggle("good", word === "is_on" || word === "is_connected");
  line.classList.toggle("bad", ["is_stopped", "is_pulled", "is_failed", "is_unwell", "is_alone"].includes(word));
  const off = plug === "stopped" || plug === "pulled";
  const buttons = all(`[data-plug="${CSS.escape(key)}"]`);
  const focused = buttons.find((button) => button === document.activeElement);
  for (const button of buttons) button.hidden = (button.dataset.do === "start") !== off;
  if (focused?.hidden) buttons.find((button) => !button.hidden).focus();
}

function showUnit(unit, seen) {
  const before = (shown[unit] ??= {});
  showPlug(unit, seen.plug, !seen.answers ? "is_starting" : seen.connected ? "is_connected" : "is_alone");
  showScreen(unit, seen, before);
  showKeys(unit, seen, before);
  if (seen.printer) showPrinter(unit, seen, before);
}

function showScreen(unit, seen, before) {
  const part = unitsPart("screen", unit);
  const lit = seen.answers && seen.screen && seen.screen.shows !== "none";
  const picture = part.querySelector("img");
  part.querySelector(".dark").hidden = Boolean(lit);
  if (!lit) {
    picture.hidden = true;
    before.frame = null;
    return;
  }
  const frame = `${seen.runs}-${seen.screen.frame}`;
  if (frame === before.frame) return;
  before.frame = frame;
  const next = new Image();
  next.onload = () => {
    if (before.frame !== frame) return;
    picture.src = next.src;
    picture.width = seen.screen.width;
    picture.height = seen.screen.height;
    picture.hidden = false;
  };
  next.onerror = () => { if (before.frame === frame) before.frame = null; };
  next.src = `/units/${unit}/screen.png?frame=${frame}`;
}

function showKeys(unit, seen, before) {
  const part = unitsPart("keys", unit);
  if (!part) return;
  const keys = seen.answers ? seen.keys ?? [] : [];
  const list = JSON.stringify(keys);
  if (list !== before.keys) {
    before.keys = list;
    before.lamps = null;
    const focused = document.activeElement?.dataset?.key;
    part.replaceChildren(...keys.map((key) => keyButton(unit, key)));
    if (focused) part.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  const lamps = JSON.stringify(seen.lamps ?? {});
  if (lamps === before.lamps) return;
  before.lamps = lamps;
  for (const button of part.children) showLamp(button, (seen.lamps ?? {})[button.dataset.key]);
}

function keyButton(unit, key) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "key";
  button.dataset.key = key.key;
  const lamp = document.createElement("span");
  lamp.className = "lamp";
  lamp.hidden = true;
  const label = document.createElement("span");
  // A number stands on the key itself; other keys are known by their word alone.
  label.textContent = key.label && /^\d+$/.test(key.key) ? `${key.key} ${key.label}` : key.label || key.key;
  const word = document.createElement("span");
  word.className = "sr";
  button.append(lamp, label, word);
  button.addEventListener("click", () => press(`/units/${unit}/press`, { key: key.key }));
  return button;
}

function showLamp(button, state) {
  const lamp = button.querySelector(".lamp");
  lamp.hidden = state === undefined;
  if (state === undefined) return;
  const kind = state === "on" ? "on" : state === "off" ? "off" : "blink";
  lamp.className = `lamp ${kind}`;
  button.querySelector(".sr").textContent = `(${words[`lamp_${kind}`]})`;
}

function showPrinter(unit, seen, before) {
  for (const what of ["paper", "cover", "connection"]) {
    if (before[what] === seen.printer[what]) continue;
    before[what] = seen.printer[what];
    for (const input of all(`[data-printer="${CSS.escape(unit)}"][data-what="${what}"]`)) {
      input.checked = input.value === seen.printer[what];
    }
  }
  const tickets = `${seen.runs}-${seen.printer.tickets}`;
  if (tickets === before.tickets) return;
  const first = before.tickets === undefined;
  before.tickets = tickets;
  showPapers(unit, seen.runs, seen.printer.tickets, first);
}

function showPapers(unit, run, count, first) {
  if (count === 0) return; // a unit that starts anew: what lies in the tray stays
  const part = unitsPart("papers", unit);
  const name = `${run}-${count}`;
  if (part.firstElementChild?.dataset?.ticket === name) return;
  const from = first ? Math.max(1, count - PAPERS_SHOWN + 1) : count;
  if (!part.querySelector(".paper")) part.replaceChildren();
  const had = part.firstElementChild?.dataset?.ticket?.split("-").map(Number);
  const next = had && had[0] === run ? Math.max(had[1] + 1, count - PAPERS_SHOWN + 1) : from;
  for (let ticket = next; ticket <= count; ticket += 1) part.prepend(paper(unit, run, ticket, !first));
  while (part.children.length > PAPERS_SHOWN) part.lastElementChild.remove();
}

function paper(unit, run, ticket, fresh) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = fresh ? "paper fresh" : "paper";
  button.dataset.ticket = `${run}-${ticket}`;
  const picture = document.createElement("img");
  picture.src = `/units/${unit}/tickets/${ticket}.png?run=${run}`;
  picture.alt = `${words.ticket} ${ticket}, ${words.larger}`;
  button.append(picture);
  button.addEventListener("click", () => {
    one("#large img").src = picture.src;
    one("#large img").alt = `${words.ticket} ${ticket}`;
    one("#large").showModal();
  });
  return button;
}

for (const button of all("[data-do]")) {
  button.addEventListener("click", () => press(`/plugs/${button.dataset.plug}`, { do: button.dataset.do }));
}
for (const input of all("[data-printer]")) {
  input.addEventListener("change", () => {
    shown[input.dataset.printer][input.dataset.what] = null;
    press(`/units/${input.dataset.printer}/printer`, { [input.dataset.what]: input.value });
  });
}
for (const part of all(".dispenser [data-screen]")) {
  part.querySelector("img").addEventListener("click", (event) => {
    const picture = event.currentTarget;
    const x = Math.floor((event.offsetX / picture.clientWidth) * picture.naturalWidth);
    const y = Math.floor((event.offsetY / picture.clientHeight) * picture.naturalHeight);
    press(`/units/${part.dataset.screen}/press`, { touch: [x, y] });
  });
}
one("#large").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) event.currentTarget.close();
});
look();
