// The desk by keyboard: move through the passages, open one beside the list, copy it with its source, and go back.
import { toClipboard } from "./actions_copy.js";
import { fragment, say, SignedOutError } from "./staff_fetch.js";

const box = document.getElementById("desk-q");
const found = document.getElementById("found");
const pane = document.getElementById("passage-pane");
const keys = document.getElementById("keys");
let desk = null; // { search, writeAddress, query } of staff_search.js
let cameFrom = null;
let opening = null;

const hits = () => [...found.querySelectorAll(".hit")];
const hitOf = (node) => (node instanceof Element ? node.closest(".hit") : null);
const nameOf = ({ document: id, start, end }) => `${id}:${start}-${end}`;

/** The passage that is open, as the address names it; "" where none is. */
export function openedName() {
  const opened = pane.querySelector(".passage");
  return opened ? nameOf(opened.dataset) : "";
}

function markCurrent() {
  const name = openedName();
  for (const hit of hits()) hit.classList.toggle("is-open", nameOf(hit.dataset) === name);
}

function dressed() {
  const copy = pane.querySelector(".copy-passage");
  if (copy) copy.hidden = false;
  const text = pane.querySelector(".passage-text");
  const opened = pane.querySelector("#opened");
  if (!text || !opened) return;
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-labelledby", "passage-heading");
  text.scrollTop = Math.max(0, opened.offsetTop - text.clientHeight / 5);
}

/** Open the passage of a hit in the pane, and go there. */
export async function openPassage(hit) {
  cameFrom = nameOf(hit.dataset);
  opening?.abort();
  const own = new AbortController();
  opening = own;
  const asked = new URLSearchParams(desk.query());
  asked.set("open", cameFrom);
  try {
    const nodes = await fragment(`${pane.dataset.at}?${asked}`, own.signal);
    if (own.signal.aborted) return;
    pane.replaceChildren(...nodes);
    dressed();
    markCurrent();
    desk.writeAddress();
    pane.querySelector(".passage-text")?.focus({ preventScroll: true });
    if (pane.getBoundingClientRect().top > innerHeight - 80) pane.scrollIntoView();
  } catch (error) {
    if (own.signal.aborted) return;
    say(error instanceof SignedOutError ? pane.dataset.signIn : found.dataset.failed);
    location.assign(hit.querySelector(".opener").href);
  }
}

function focusHit(hit) {
  const opener = hit.querySelector(".opener");
  opener.focus({ preventScroll: true });
  hit.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = hits();
  if (!all.length) return;
  const here = hitOf(document.activeElement);
  const at = here ? all.indexOf(here) + step : step > 0 ? 0 : -1;
  if (at < 0) box.focus();
  else focusHit(all[Math.min(at, all.length - 1)]);
}

const escaped = (text) => {
  const holder = document.createElement("p");
  holder.textContent = text;
  return holder.innerHTML.replaceAll("\n", "<br>");
};

async function copy(from) {
  const { quote, cite, address } = from.dataset;
  const link = new URL(address, location.href).href;
  const signed = `——${cite}`;
  const text = `${quote.trim()}\n${signed}\n${link}`;
  const html = `<p>${escaped(quote.trim())}</p><p>${escaped(signed)}<br><a href="${escaped(link)}">${escaped(link)}</a></p>`;
  const done = await toClipboard(text, html);
  const words = done ? pane.dataset.copied : pane.dataset.notCopied;
  say(words);
  const told = document.createElement("span");
  told.className = "copied";
  told.textContent = words;
  for (const old of document.querySelectorAll(".copied")) old.remove();
  (from.querySelector(".actions") ?? from.querySelector(".facts-line")).append(told);
  setTimeout(() => told.remove(), 4000);
}

/** What a key is about: the opened passage where one is in it, else the hit one is on, else the opened one. */
function subject() {
  const active = document.activeElement;
  if (pane.contains(active)) return pane.querySelector(".passage");
  return hitOf(active) ?? pane.querySelector(".passage") ?? found.querySelector(".hit");
}

function goBack() {
  const active = document.activeElement;
  if (pane.contains(active)) {
    const hit = hits().find((one) => nameOf(one.dataset) === cameFrom) ?? hits().find((one) => one.matches(".is-open"));
    if (hit) return focusHit(hit);
  }
  return box.focus();
}

function help() {
  if (keys.open) keys.close();
  else keys.showModal();
}

function close() {
  const back = hits().find((one) => nameOf(one.dataset) === openedName());
  pane.replaceChildren();
  markCurrent();
  desk.writeAddress();
  if (back) focusHit(back);
  else box.focus();
}

const ANYWHERE = {
  "/": () => {
    box.focus();
    box.select();
  },
  "?": help,
  c: () => subject() && copy(subject()),
  w: () => {
    const why = hitOf(document.activeElement)?.querySelector("details.why");
    if (why) why.open = !why.open;
  },
  v: () => subject() && window.open(subject().dataset.address, "_blank", "noopener"),
  a: () => {
    if (subject()) document.dispatchEvent(new CustomEvent("desk:passage", { detail: { ...subject().dataset } }));
  },
};

async function inBox(event) {
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "Enter") {
    await desk.search();
    const first = hits()[0];
    if (first) openPassage(first);
  } else return;
}

function press(event) {
  // A key that picks a word in an input method is not meant for the desk.
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (keys.open && event.key !== "?") return;
  const { target, key } = event;
  if (target === box && key === "/" && !box.value) {
    event.preventDefault(); // whoever is in the empty box already means to go there
    return;
  }
  if (target === box && ["ArrowDown", "Enter", "Escape"].includes(key)) {
    event.preventDefault(); // Escape would empty the box, and nothing typed may be lost
    inBox(event);
    return;
  }
  if (target instanceof Element && target.matches("input, textarea, select, [contenteditable]")) {
    if (key === "Escape") goBack();
    if (!target.matches("[type=checkbox]")) return;
  }
  if (key === "Escape") return void goBack();
  if (key === "ArrowDown" || key === "ArrowUp") {
    if (pane.contains(target) || target.closest?.("#answer-pane, details.saved")) return;
    event.preventDefault();
    move(key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (target.closest?.("#answer-pane")) return;
  if (ANYWHERE[key]) {
    event.preventDefault();
    ANYWHERE[key]();
  }
}

/** Begin to listen; `parts` are what the search lends: search, writeAddress and query. */
export function watchKeys(parts) {
  desk = parts;
  document.addEventListener("keydown", press);
  found.addEventListener("click", (event) => {
    const opener = event.target.closest(".opener");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    openPassage(hitOf(opener));
  });
  pane.addEventListener("click", (event) => {
    if (event.target.closest(".copy-passage")) copy(pane.querySelector(".passage"));
    if (event.target.closest(".close-passage")) {
      event.preventDefault();
      close();
    }
  });
  const shower = document.getElementById("show-keys");
  shower.hidden = false;
  shower.addEventListener("click", help);
  document.addEventListener("desk:asked", markCurrent);
  dressed();
  markCurrent();
}
