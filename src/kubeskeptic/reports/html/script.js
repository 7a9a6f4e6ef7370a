(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const box = $("filter"), chips = all(".chip"), cases = all(".case"), claims = all(".claim");

  const pressed = (kind) =>
    chips.filter((chip) => chip.dataset.kind === kind && chip.ariaPressed === "true").map((chip) => chip.dataset.value);

  const text = (root, selector) => root.querySelector(selector)?.textContent ?? "";
  const searched = new Map(cases.map((one) => {
    const claim = one.closest(".claim"), why = one.querySelector(":scope > .why")?.textContent ?? text(claim, ".said .why dd");
    const words = [one.ariaLabel, text(claim, "h3"), text(claim, ".states dd"), why, one.dataset.post, one.dataset.also];
    return [one, words.join(" ").toLowerCase()];
  }));

  function filter() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = pressed("verdict"), posts = pressed("post");
    for (const one of cases)
      one.hidden = !(words.every((word) => searched.get(one).includes(word))
        && (!verdicts.length || verdicts.includes(one.dataset.verdict))
        && (!posts.length || posts.includes(one.dataset.post)));
    for (const claim of claims) {
      claim.hidden = all(".case", claim).every((one) => one.hidden);
      for (const link of all(`.toc a[href="#${CSS.escape(claim.id)}"]`)) link.parentElement.hidden = claim.hidden;
    }
    for (const chapter of all(".chapter")) chapter.hidden = all(".claim", chapter).every((claim) => claim.hidden);
    const shown = cases.filter((one) => !one.hidden).length, filtered = words.length || verdicts.length || posts.length;
    $("shown").textContent = filtered ? `${shown} of ${cases.length} ${$("shown").dataset.rows ?? "findings"}` : "";
    if (filtered) for (const one of all("details.rest")) one.open = true;
    const nothing = $("nothing");
    if (nothing) nothing.hidden = shown > 0;
  }

  function clear() {
    box.value = "";
    for (const chip of chips) chip.ariaPressed = "false";
    filter();
  }

  function move(step) {
    const visible = claims.filter((claim) => !claim.hidden && claim.checkVisibility());
    const at = visible.findIndex((claim) => claim.contains(document.activeElement));
    const line = visible.findIndex((claim) => claim.getBoundingClientRect().bottom > 80);
    const next = at >= 0 ? at + step : step > 0 ? line : line - 1;
    const target = visible[Math.min(Math.max(next, 0), visible.length - 1)];
    if (!target) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  }

  function folds() {
    const claim = document.activeElement.closest(".claim");
    const inside = claim ? all("details", claim).filter((one) => !one.closest("[hidden]")) : [];
    const open = inside.some((one) => !one.open);
    for (const one of inside) one.open = open;
  }

  const remembered = { get: () => { try { return localStorage.getItem("skeptic-theme"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("skeptic-theme", value); } catch { /* a page from disk may not */ } } };

  function theme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remembered.set(root.dataset.theme);
  }

  const keys = {
    "/": () => box.focus(), j: () => move(1), k: () => move(-1), o: folds, t: theme, "?": () => $("help").showModal(), Escape: clear,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
    const typing = event.target === box;
    if (typing && event.key !== "Escape") return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    if (typing) box.blur();
    act();
  });

  function readout(svg) {
    const figure = svg.closest("figure"), output = figure.querySelector(".cursor");
    const [left, right, since, until] = ["left", "right", "since", "until"].map((name) => Number(svg.dataset[name]));
    const hair = document.createElementNS("http://www.w3.org/2000/svg", "path");
    hair.setAttribute("class", "hair");
    svg.append(hair);
    svg.addEventListener("pointermove", (event) => {
      const frame = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
      const x = ((event.clientX - frame.left) / frame.width) * view.width;
      const inside = x >= left && x <= right;
      hair.setAttribute("d", inside ? `M${x} 0V${view.height - 24}` : "");
      const at = since + ((x - left) / (right - left)) * (until - since);
      output.textContent = inside ? `${at < 0 ? "−" : "+"}${Math.abs(at).toFixed(2)} s` : "";
    });
    svg.addEventListener("pointerleave", () => { hair.setAttribute("d", ""); output.textContent = ""; });
  }

  function copying(code) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    code.after(button);
  }

  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const own = target.matches(".claim") ? all("details.whole", target) : [];
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) own.push(one);
    for (const one of own) one.open = true;
    if (own.length) target.scrollIntoView({ block: "start" });
  }

  const kept = remembered.get();
  if (kept) document.documentElement.dataset.theme = kept;
  box.addEventListener("input", filter);
  for (const chip of chips)
    chip.addEventListener("click", () => { chip.ariaPressed = String(chip.ariaPressed !== "true"); filter(); });
  $("theme").addEventListener("click", theme);
  $("keys").addEventListener("click", () => $("help").showModal());
  $("clear")?.addEventListener("click", clear);
  addEventListener("hashchange", reveal);
  reveal();
  all("svg.timeline").forEach(readout);
  if (navigator.clipboard) all(".again code").forEach(copying);
  const toc = document.querySelector(".toc");
  if (toc && matchMedia("(max-width: 1099px)").matches) toc.open = false;
  let closed = [];
  addEventListener("beforeprint", () => { closed = all("details:not([open])"); closed.forEach((one) => { one.open = true; }); });
  addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
})();
