// The answer pane of the desk: asks for it beside the search, keeps what the operator wrote, copies the texts.
import { keep, kept } from "./staff_kept.js";

const NAME = "answer";
const NOTED = "answer-notes";
const TYPING_MS = 350;
const DEADLINE_MS = 40_000;
const TEXTS = { 1: "text-chat", 2: "text-sms", 3: "text-speech" };
const pane = document.getElementById("answer-pane");
const place = document.getElementById("answer");
const search = document.getElementById("desk-form");
let asked = 0;
let timer = 0;

const form = () => document.getElementById("answer-form");

/** Return the fields of the pane as they are kept: who sends them is asked anew each time. */
function fieldsOf(button) {
  return [...new FormData(form(), button)].filter(([name]) => name !== "csrf");
}

function say(told) {
  document.getElementById("answer-said").textContent = told;
}

async function fetched(address, options, part) {
  const mine = (asked += 1);
  pane.setAttribute("aria-busy", "true");
  try {
    const headers = { "X-Part": part, "X-CSRF-Token": document.body.dataset.csrf };
    const reply = await fetch(address, { ...options, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    const html = await reply.text();
    if (mine !== asked) return null;
    // Whoever was signed out meanwhile is led to another page.
    if (reply.redirected || (!reply.ok && reply.status !== 422)) throw new Error(String(reply.status));
    say("");
    return new DOMParser().parseFromString(html, "text/html");
  } catch {
    if (mine === asked) say(pane.dataset.failed);
    return null;
  } finally {
    if (mine === asked) pane.removeAttribute("aria-busy");
  }
}

const ask = (query) => fetched(`${pane.dataset.at}?${query}`, {}, "answer");
const send = (fields, part) => fetched(pane.dataset.at, { method: "POST", body: new URLSearchParams(fields) }, part);

function ready() {
  for (const button of pane.querySelectorAll("[data-copy]")) button.hidden = false;
}

function remember() {
  keep(NAME, form() ? fieldsOf(null) : null);
}

const NOTES = ["call-outcome", "call-note"];
const noted = () => NOTES.map((id) => document.getElementById(id)?.value);

function putNotes(values) {
  NOTES.forEach((id, n) => {
    const field = document.getElementById(id);
    if (field && values?.[n] !== undefined && values[n] !== null) field.value = values[n];
  });
}

function show(page) {
  if (!page) return;
  const focused = document.activeElement?.id;
  const open = [...place.querySelectorAll(".answer-text")].map((one) => one.open);
  const notes = noted();
  place.replaceChildren(...page.body.childNodes);
  ready();
  [...place.querySelectorAll(".answer-text")].forEach((one, n) => (one.open = open[n] ?? one.open));
  putNotes(notes);
  if (focused) document.getElementById(focused)?.focus();
  remember();
}

/** Put in what follows from the words, and leave the text boxes alone: somebody is writing in one of them. */
function refresh(page) {
  for (const item of page.querySelectorAll(".answer-items > li")) {
    const own = document.getElementById(item.id);
    for (const name of [".item-head", ".doubts", ".item-buttons"]) {
      own?.querySelector(name)?.replaceWith(item.querySelector(name));
    }
  }
  const logged = form().ownerDocument.querySelector("#answer-log [name=answer]");
  if (logged) logged.value = page.querySelector("#answer-log [name=answer]")?.value ?? "";
  for (const name of [".answer-notices", ".answer-texts"]) {
    const fresh = page.querySelector(name);
    const old = place.querySelector(name);
    if (old && fresh) old.replaceWith(fresh);
  }
  ready();
}

async function question() {
  const fields = new FormData(search);
  const words = String(fields.get("q") ?? "").trim();
  if (!words) return search.elements.namedItem("q").focus();
  show(await ask(new URLSearchParams({ q: words, region: String(fields.get("region") ?? "") })));
  place.querySelector("textarea, .answer-notices")?.scrollIntoView({ block: "nearest" });
}

async function check() {
  const page = form() && (await send(fieldsOf(null), "check"));
  if (page) refresh(page);
}

async function copy(id) {
  const box = document.getElementById(id);
  if (!box) return;
  try {
    await navigator.clipboard.writeText(box.value);
    say(pane.dataset.copied);
  } catch {
    box.closest("details").open = true;
    box.focus();
    box.select();
    say(pane.dataset.notCopied);
  }
}

/** Store the call and stay at the desk; what is handed over goes on to its own page. */
async function log(sent) {
  try {
    const body = new URLSearchParams(new FormData(sent));
    const headers = { Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf };
    const reply = await fetch(sent.action, { method: "POST", body, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    if (reply.redirected || (!reply.ok && reply.status !== 422)) throw new Error(String(reply.status));
    const { address, problem } = await reply.json();
    if (problem) return say(problem);
    say(sent.dataset.logged);
    const link = document.createElement("a");
    link.href = address;
    link.textContent = link.pathname.split("/").at(-1);
    document.getElementById("answer-said").append(" ", link);
    keep(NOTED, null);
    document.getElementById("next-call")?.focus();
  } catch {
    say(pane.dataset.failed);
  }
}

function keys(event) {
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    question();
  } else if (TEXTS[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
    if (event.target.closest("input, textarea:not([readonly]), select") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    copy(TEXTS[event.key]);
  }
}

if (pane && search) {
  document.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (event.target === search && button?.id === "answer-ask") {
      event.preventDefault();
      await question();
    } else if (event.target === form() && !button?.hasAttribute("formaction")) {
      event.preventDefault();
      clearTimeout(timer);
      // A place chosen here is the caller's for the search, too.
      if (button?.value.startsWith("place ")) search.elements.namedItem("region").value = button.value.slice(6);
      show(await send(fieldsOf(button), "answer"));
    } else if (event.target.id === "answer-log" && document.getElementById("call-outcome").value !== "handed_over") {
      event.preventDefault();
      await log(event.target);
    }
  });
  pane.addEventListener("input", (event) => {
    if (NOTES.includes(event.target.id)) keep(NOTED, noted());
    if (!event.target.name?.startsWith("words-")) return;
    remember();
    clearTimeout(timer);
    timer = setTimeout(check, TYPING_MS);
  });
  pane.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button.dataset.copy);
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("desk:passage", async (event) => {
    const { document: id, start, end } = event.detail;
    if (!form()) await question();
    if (form()) show(await send([...fieldsOf(null), ["do", `add ${id}:${start}-${end}`]], "answer"));
  });
  document.addEventListener("desk:next", () => {
    asked += 1;
    place.replaceChildren();
    keep(NAME, null);
    keep(NOTED, null);
    say("");
  });
  const before = kept(NAME);
  if (before) {
    send(before, "answer").then((page) => {
      show(page);
      putNotes(kept(NOTED));
    });
  }
}
