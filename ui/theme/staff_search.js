// The desk: search while one types. What is asked stands in the address; an answer that came too late is never shown.
import { forgetMine, keep, kept } from "./staff_kept.js";
import { openedName, watchKeys } from "./staff_keys.js";
import { fragment, say, SignedOutError } from "./staff_fetch.js";

const PAUSE_MS = 120; // between the last letter and the search: shorter than between two letters of slow typing
const LONGEST_PAUSE_MS = 600; // where lists come late it is as long as the last one took, so that a busy server is asked less
const AGAIN_MS = 250; // after which a search is asked for again that another window of the same operator overtook
const SAID_AFTER_MS = 700; // a screen reader is told the count when the typing has ended
const MOST_LISTS = 60;

const form = document.getElementById("desk-form");
const box = document.getElementById("desk-q");
const place = document.getElementById("found");
const lists = new Map(); // query → markup, so that what is taken back is not searched for again
let waiting = 0;
let telling = 0;
let underWay = null;
let shown = null;
let took = 0;
let more = new URLSearchParams(location.search).get("more") === "1";

function query() {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  const asked = new URLSearchParams(fields.filter(([, value]) => value));
  if (more) asked.set("more", "1");
  return asked.toString();
}

/** Write what is asked, and the passage that is open, into the address, and keep it for the way back here. */
function writeAddress() {
  const asked = new URLSearchParams(query());
  for (const field of document.querySelectorAll("input[data-query]")) field.value = asked.toString();
  const opened = openedName();
  if (opened) asked.set("open", opened);
  const words = asked.toString();
  keep("desk", words || null);
  try {
    history.replaceState(null, "", words ? `${location.pathname}?${words}` : location.pathname);
  } catch {
    // Some browsers allow so many changes a minute; the next one is written again.
  }
}

function show(asked, list) {
  shown = asked;
  place.replaceChildren(...list);
  place.removeAttribute("aria-busy");
  document.dispatchEvent(
    new CustomEvent("desk:asked", { detail: { words: box.value.trim(), place: form.elements.region.value.trim() } }),
  );
  clearTimeout(telling);
  telling = setTimeout(() => say(place.querySelector(".count, .problem")?.textContent ?? ""), SAID_AFTER_MS);
}

function failed(words) {
  const told = document.createElement("p");
  told.className = "problem";
  told.textContent = words;
  place.querySelector(":scope > .problem")?.remove();
  place.prepend(told);
  place.removeAttribute("aria-busy");
  shown = null;
  say(words);
}

function remember(asked, list) {
  lists.delete(asked);
  lists.set(asked, list);
  if (lists.size > MOST_LISTS) lists.delete(lists.keys().next().value);
}

/** Search at once for what stands in the form; resolves when the list is there, or when it is not wanted any more. */
async function search() {
  clearTimeout(waiting);
  const asked = query();
  writeAddress();
  if (asked === shown) return;
  underWay?.abort();
  const own = new AbortController();
  underWay = own;
  const known = lists.get(asked);
  if (known) {
    show(asked, known.map((node) => node.cloneNode(true)));
    return;
  }
  place.setAttribute("aria-busy", "true");
  const began = performance.now();
  try {
    let list = null;
    while (list === null && !own.signal.aborted) {
      list = await fragment(`${place.dataset.at}?${asked}`, own.signal);
      if (list === null) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    took = performance.now() - began;
    if (own.signal.aborted) return;
    remember(asked, list.map((node) => node.cloneNode(true)));
    show(asked, list);
  } catch (error) {
    if (own.signal.aborted) return;
    failed(error instanceof SignedOutError ? document.getElementById("passage-pane").dataset.signIn : place.dataset.failed);
  }
}

function soon() {
  more = false;
  writeAddress(); // at once: who reloads before the list is there loses nothing either
  clearTimeout(waiting);
  waiting = setTimeout(search, Math.min(LONGEST_PAUSE_MS, Math.max(PAUSE_MS, took)));
}

function count() {
  const names = ["only", "exact", "holding", "authority", "type", "issuer", "number", "from", "until"];
  const data = new FormData(form);
  const set = names.filter((name) => data.get(name)).length;
  const told = document.getElementById("filters-set");
  told.textContent = set ? told.dataset.words.replace("{count}", String(set)) : "";
}

async function showMore() {
  const before = place.querySelectorAll(".hit").length;
  more = true;
  await search();
  place.querySelectorAll(".opener")[before]?.focus();
}

function begin() {
  // Letters that an input method still turns into words are not yet what is looked for.
  box.addEventListener("input", (event) => event.isComposing || soon());
  box.addEventListener("compositionend", soon);
  form.addEventListener("input", (event) => {
    if (event.target !== box && !event.isComposing) {
      count();
      soon();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  place.addEventListener("click", (event) => {
    if (!event.target.closest("#more-hits")) return;
    event.preventDefault();
    showMore();
  });
  for (const link of document.querySelectorAll(".languages a")) {
    link.addEventListener("click", () => {
      const words = new URLSearchParams(location.search);
      words.set("lang", link.lang);
      link.href = `${location.pathname}?${words}`;
    });
  }
  document.getElementById("next-call").addEventListener("click", () => {
    clearTimeout(waiting);
    forgetMine();
    document.dispatchEvent(new CustomEvent("desk:next"));
  });
  watchKeys({ search, writeAddress, query });
  shown = query();
  writeAddress();
}

const bare = [...new URLSearchParams(location.search).keys()].every((name) => name === "lang" || name === "told");
const before = kept("desk");
if (bare && before) location.replace(`${location.pathname}?${before}`);
else begin();
