// The keyboard, and marks without loading the page anew. Everything here goes
// through the forms that the page has anyway: without this file they work by
// themselves. No HTML is written from strings; the page's policy forbids it.
"use strict";

(() => {
  const one = (sel, in_ = document) => in_.querySelector(sel);
  const all = (sel, in_ = document) => [...in_.querySelectorAll(sel)];
  const notice = one("#notice");
  const help = one("#keys");
  const stories = all(".story");
  const whole = one(".whole"); // on the page of one story
  let here = null; // the story in the river that the keys are about

  // say shows what was done, and offers to take it back.
  function say(text, undo) {
    const p = document.createElement("p");
    p.textContent = text;
    notice.replaceChildren(p);
    notice.classList.add("floating");
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Undo";
      button.addEventListener("click", () => takeBack(undo));
      notice.append(button);
    }
    clearTimeout(say.timer);
    say.timer = setTimeout(() => notice.replaceChildren(), undo ? 20000 : 5000);
  }

  // send posts a form and returns what the server answers, or null.
  async function send(url, form) {
    const body = new URLSearchParams(form);
    const token = one('meta[name="form-token"]');
    if (token) body.set("token", token.content);
    try {
      const reply = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body });
      const answer = await reply.json();
      if (reply.ok) return answer;
      say(answer.error || "This did not work.");
    } catch {
      say("newsfold does not answer. Is it running?");
    }
    return null;
  }

  // count keeps the number of unread stories right, as far as it is exact.
  function count(by) {
    const left = one("#left");
    if (left && /^\d+$/.test(left.textContent)) left.textContent = Math.max(0, Number(left.textContent) + by) || "";
    else if (left && left.textContent === "" && by > 0) left.textContent = by;
  }

  // show brings a story on the page in line with its state.
  function show(id, state) {
    for (const el of all(`[data-id="${Number(id)}"]`)) {
      if ("read" in state) {
        if (el.classList.contains("is-read") !== state.read) count(state.read ? -1 : 1);
        el.classList.toggle("is-read", state.read);
        press(one(".act.read", el), state.read, "unread", "read", "Mark as unread", "Mark as read");
        const finish = one(".finish", el);
        if (finish) {
          finish.value = state.read ? "unread" : "read";
          finish.textContent = state.read ? "Mark as unread" : "Mark as read";
        }
        const said = one(".meta .sr", el);
        if (said) said.textContent = state.read ? "Read. " : "Unread. ";
      }
      if ("starred" in state) press(one(".act.star", el), state.starred, "unstar", "star", "Take the star away", "Star");
    }
  }

  function press(button, on, undo, act, undoTitle, title) {
    if (!button) return;
    button.setAttribute("aria-pressed", on);
    button.value = on ? undo : act;
    button.title = on ? undoTitle : title;
  }

  async function takeBack(undo) {
    const answer = await send("/undo", { undo });
    if (!answer) return;
    for (const id of answer.unread) show(id, { read: false });
    say(answer.unread.length === 1 ? "1 story is unread again." : `${answer.unread.length} stories are unread again.`);
  }

  document.addEventListener("submit", async (e) => {
    const { target: form, submitter } = e;
    if (!submitter || (form.id !== "mark" && form.id !== "above")) return;
    e.preventDefault();
    const answer = await send(submitter.getAttribute("formaction") || form.getAttribute("action"), new FormData(form, submitter));
    if (!answer) return;
    if (form.id === "mark") {
      show(answer.id, answer);
      return;
    }
    for (const id of answer.read) show(id, { read: true });
    const n = answer.read.length;
    say(n === 0 ? "All of these were read already." : n === 1 ? "Marked 1 story as read." : `Marked ${n} stories as read.`, answer.undo);
  });

  // go makes a story of the river the one that the keys are about.
  function go(story) {
    if (!story) return;
    if (here) here.classList.remove("is-here");
    here = story;
    here.classList.add("is-here");
    one(".open", here).focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    if (whole) return turn(by);
    if (!stories.length) return;
    if (!here) return go(stories.find((s) => s.getBoundingClientRect().bottom > 60) || stories[0]);
    go(stories[stories.indexOf(here) + by]);
  }

  // On the page of a story, the keys go on through the river that led there.
  const trail = {
    keep() {
      try {
        sessionStorage.setItem("river", JSON.stringify({ url: location.pathname + location.search, ids: stories.map((s) => s.dataset.id) }));
      } catch { /* storage is off: the keys stay on this page */ }
    },
    read() {
      try {
        return JSON.parse(sessionStorage.getItem("river")) || { url: "/", ids: [] };
      } catch {
        return { url: "/", ids: [] };
      }
    },
  };

  // beside returns the address of the story before or after this one.
  function beside(by) {
    const { ids } = trail.read();
    const at = ids.indexOf(whole.dataset.id);
    return at >= 0 && ids[at + by] ? `/story/${Number(ids[at + by])}` : "";
  }

  function turn(by) {
    const url = beside(by);
    if (url) location.assign(url);
  }

  function open() {
    if (whole) {
      const { url } = trail.read();
      location.assign(url.startsWith("/") && !url.startsWith("//") ? `${url}#s${whole.dataset.id}` : "/");
    } else if (here) {
      one(".open", here).click();
    }
  }

  const press1 = (sel) => () => one(sel, whole || here || document.createElement("i"))?.click();
  const visit = (url) => () => location.assign(url);

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: open,
    v: () => {
      const link = one("a.out, a.original", whole || here || document.createElement("i"));
      if (link) window.open(link.href, "_blank", "noopener,noreferrer");
    },
    m: press1(".act.read"),
    s: press1(".act.star"),
    A: press1(".act.above"),
    u: () => one("button", notice)?.click(),
    "/": () => (one("#find") ? one("#find").focus() : location.assign("/#find")),
    h: () => help.showModal(),
    "?": () => help.showModal(),
  };
  const afterG = { g: () => (stories.length ? go(stories[0]) : scrollTo(0, 0)), a: visit("/"), u: visit("/?unread=1"), s: visit("/?starred=1"), f: visit("/feeds") };
  let chord = -Infinity; // when g was pressed

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || help.open) return;
    if (e.target.closest("input, select, textarea, [contenteditable]")) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    const waiting = e.timeStamp - chord < 1500;
    chord = -Infinity;
    const act = (waiting && afterG[e.key]) || keys[e.key];
    if (act) {
      e.preventDefault();
      act();
    } else if (e.key === "g") {
      chord = e.timeStamp;
    }
  });

  // What is clicked or tabbed to is what the keys are about.
  document.addEventListener("focusin", (e) => {
    const story = e.target.closest(".story");
    if (!story || story === here) return;
    if (here) here.classList.remove("is-here");
    here = story;
    here.classList.add("is-here");
  });

  const button = one(".keys-button");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  const next = whole && one(".next", whole);
  if (next && beside(1)) {
    next.href = beside(1);
    next.hidden = false;
  }
  // With the setting, stories that were on the screen and are scrolled off its
  // top are marked as read, some at a time, and can be taken back.
  const scrolling = one("#scroll");
  const passed = new Set();
  async function flush() {
    const ids = [...passed].filter((id) => !one(`.story[data-id="${Number(id)}"]`).classList.contains("is-read"));
    passed.clear();
    if (!ids.length) return;
    const answer = await send("/mark", { do: "read", ids: ids.join(",") });
    if (!answer) return;
    for (const id of answer.read) show(id, { read: true });
    if (answer.read.length) say(answer.read.length === 1 ? "Marked 1 story as read." : `Marked ${answer.read.length} stories as read.`, answer.undo);
  }
  const shown = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      if (isIntersecting) shown.add(target);
      else if (shown.has(target) && boundingClientRect.bottom <= 0) passed.add(target.dataset.id);
    }
    clearTimeout(flush.timer);
    if (passed.size) flush.timer = setTimeout(flush, 600);
  });
  function watch(on) {
    watcher.disconnect();
    if (on) for (const s of stories) watcher.observe(s);
  }
  if (scrolling) {
    scrolling.closest("p").hidden = false;
    try { scrolling.checked = localStorage.getItem("scroll") === "1"; } catch { /* storage is off: so is this */ }
    scrolling.addEventListener("change", () => {
      try { localStorage.setItem("scroll", scrolling.checked ? "1" : "0"); } catch { /* it lasts as long as the page */ }
      watch(scrolling.checked);
    });
    watch(scrolling.checked);
  }

  // While new feeds are being read, the page of feeds says how far that is.
  const bar = one("#progress progress");
  async function advance() {
    try {
      const { feeds, read } = await (await fetch("/feeds/progress", { headers: { Accept: "application/json" } })).json();
      bar.max = feeds;
      bar.value = read;
      one("#progress span").textContent = `${read} of ${feeds}`;
      if (read < feeds) setTimeout(advance, 1500);
      else location.reload();
    } catch { /* the daemon was stopped: the page stays as it is */ }
  }
  if (bar) setTimeout(advance, 1500);

  // A page that the browser kept while something was marked elsewhere is stale.
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  if (stories.length) trail.keep();
  if (/^#s\d+$/.test(location.hash)) go(document.getElementById(location.hash.slice(1)));
})();
