// The staff's page: keeps itself fresh, keeps the focus, says what is wrong, and lets every act be done by a key.
(() => {
  "use strict";
  const banner = document.getElementById("connection");
  const sheet = document.getElementById("sheet");
  const work = () => document.getElementById("work");

  // --- Fresh by itself

  const refresh = () => { if (work()) htmx.trigger(work(), "refresh"); };
  document.addEventListener("vuoro:changed", refresh);
  let lost = false;
  document.addEventListener("vuoro:back", () => { lost = false; show("", ""); refresh(); });
  document.addEventListener("vuoro:lost", () => { lost = true; show(banner.dataset.gone.replace("{time}", work()?.dataset.at ?? ""), "gone"); });

  function show(text, state) {
    banner.dataset.state = state;
    if (banner.textContent !== text) banner.textContent = text;
    document.body.classList.toggle("not-connected", state === "gone");
  }

  // A refresh that was asked for before an act was answered, or is older than what stands here, is left out.
  let acts = 0;
  document.addEventListener("htmx:before:request", event => {
    const ctx = event.detail.ctx;
    if (ctx.sourceElement.id === "work") ctx.askedAfter = acts;
  });
  function outOfDate(ctx) {
    if (ctx.sourceElement.id !== "work") { acts += 1; return false; }
    const old = ctx.askedAfter !== acts;
    if (old) setTimeout(refresh, 50);
    return old || Number(ctx.response.headers.get("Vuoro-Seq") ?? NaN) < Number(work()?.dataset.seq);
  }

  // --- What went wrong with a request

  document.addEventListener("htmx:error", event => {
    if (event.detail.ctx?.request?.method === "POST") show(banner.dataset.unknown, "gone");
  });
  document.addEventListener("htmx:response:error", event => {
    const ctx = event.detail.ctx;
    if (ctx.response.status !== 401 && ctx.sourceElement.id !== "work") show(banner.dataset.refused, "refused");
  });

  // --- What an act led to stays to be read or heard until the state has moved on; focus stays where it was

  htmx.registerExtension("vuoro", {
    htmx_before_morph_node: (_node, {oldNode, newNode}) => {
      if (newNode.closest("#work")?.dataset.after === "act") return true;
      if (oldNode.id === "said") return false;
      const emptied = oldNode.firstElementChild && !newNode.firstElementChild;
      if (oldNode.id === "issued") return !emptied;
      return !(emptied && oldNode.id === "refusal" && oldNode.dataset.state === newNode.dataset.state);
    }
  });
  document.addEventListener("htmx:before:swap", event => {
    const ctx = event.detail.ctx;
    if (outOfDate(ctx)) { event.preventDefault(); return; }
    ctx.byPerson = ctx.sourceElement.id !== "work";
    ctx.focused = document.activeElement;
  });
  document.addEventListener("htmx:after:swap", event => {
    const ctx = event.detail.ctx, focused = ctx.focused;
    if (ctx?.target?.id === "sheet-content" || ctx?.target === "#sheet-content") { if (!sheet.open) sheet.showModal(); }
    else if (sheet.open && ctx.byPerson) sheet.close();
    const gone = focused && focused !== document.body && (!focused.isConnected || focused.disabled);
    if (gone && !sheet.open) (document.getElementById("act-main") ?? work()?.querySelector("[data-list], h1"))?.focus({preventScroll: true});
    if (ctx?.target?.id === "work") countdown();
    if (ctx?.sourceElement?.id === "form-give") ctx.sourceElement.reset();
    title();
    if (!lost) show("", "");
  });

  // --- One press, one act: the second half of a double click must not meet the next act

  const DOUBLE = 400;
  let pressed = 0;
  document.addEventListener("click", event => {
    if (!event.target.closest("form[hx-post] button")) return;
    if (event.detail > 1 && event.timeStamp - pressed < DOUBLE) { event.preventDefault(); event.stopImmediatePropagation(); }
    else pressed = event.timeStamp;
  }, true);

  // --- The waiting time runs down (Q6)

  function countdown() {
    for (const button of document.querySelectorAll("button[data-seconds]")) button.until = Date.now() + Number(button.dataset.seconds) * 1000;
  }
  setInterval(() => {
    for (const button of document.querySelectorAll("button[data-seconds]")) {
      const left = Math.max(0, Math.ceil((button.until - Date.now()) / 1000));
      const shown = button.querySelector(".left");
      if (shown) shown.textContent = left ? Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0") : "";
      if (!left && button.disabled) button.disabled = false;
    }
  }, 250);

  // --- How many wait, also while another page is in front

  const plainTitle = document.title;
  function title() {
    const waiting = Number(work()?.dataset.waiting);
    const help = document.querySelector(".help-call") ? "‼ " : "";
    document.title = help + (waiting ? `(${waiting}) ${plainTitle}` : plainTitle);
  }
  title();

  document.addEventListener("click", event => {
    const wanted = event.target.closest("[data-dismiss]");
    if (wanted) document.getElementById(wanted.dataset.dismiss).replaceChildren();
  });

  // --- Keys

  const keysOn = document.getElementById("keys-on");
  const remembered = () => { try { return localStorage.getItem("vuoro-keys") !== "off"; } catch { return true; } };
  const setKeys = on => { keysOn.checked = on; document.body.classList.toggle("no-keys", !on); };
  setKeys(remembered());
  keysOn.addEventListener("change", () => {
    try { localStorage.setItem("vuoro-keys", keysOn.checked ? "on" : "off"); } catch { /* a browser that keeps nothing */ }
    setKeys(keysOn.checked);
  });

  const typing = element => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", event => {
    if (!keysOn.checked || event.repeat || event.ctrlKey || event.altKey || event.metaKey || sheet.open) return;
    if (typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "w") { event.preventDefault(); document.querySelector("[data-list]")?.focus(); return; }
    const field = document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
    if (field) { event.preventDefault(); field.focus(); return; }
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
    if (!found) return;
    event.preventDefault();
    if (key !== "g") { found.click(); return; }
    found.closest("details")?.setAttribute("open", "");
    found.focus();
  });

  countdown();
})();
