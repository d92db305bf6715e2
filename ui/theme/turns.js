// Turns on the page: those the server writes, and those for which there is no answer to show.
import { announce, word } from "./context.js";

const MOST_SHOWN = 20;
const MOST_SAID = 160; // Characters of an announcement: a screen reader shall say how it went, not read it all out.

/** The section that holds the turns; looked up each time, for Gradio may build it anew. */
export const section = () => document.getElementById("conversation");

/** The element of a turn, null where it is not on the page. */
export const shown = (id) => document.querySelector(`#conversation [data-turn="${id}"]`);

const node = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...children);
  return made;
};

/** A paragraph of plain text. */
export const sentence = (text, name = "message") => node("p", { class: name }, text);

/** A button that asks a turn's question again. */
export const retryButton = () => node("button", { type: "button", class: "button retry" }, word("ask.again"));

/** A button that tries again to show earlier answers. */
export const reopenButton = () => node("button", { type: "button", class: "button reopen" }, word("kept.reopen"));

/** A turn made here: the question, as text, and what there is to say about it. */
export const plainTurn = (turn, status, ...rest) => {
  const label = turn.region ? word("ask.asked.in", { region: turn.region }) : word("ask.asked");
  const asked = node("h2", { class: "asked" }, node("span", { class: "asked-label" }, label), " ");
  asked.append(node("bdi", {}, turn.question));
  const attributes = { class: "turn", id: `turn-${turn.id}`, "data-status": status, "data-question": turn.question };
  return node("article", { ...attributes, "data-region": turn.region }, asked, ...rest);
};

/** The turn in a piece of HTML from this site's server, which has escaped every text in it. */
export const serverTurn = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".turn") ?? node("article", { class: "turn" }, template.content);
};

/** Put a turn's element in its place: where the turn stands already, else at the end, or before `next`. */
export const place = (turn, element, next = null) => {
  element.dataset.turn = turn.id;
  element.querySelector(".asked")?.setAttribute("tabindex", "-1");
  const old = shown(turn.id);
  const held = old?.contains(document.activeElement);
  if (old) old.replaceWith(element);
  else section().insertBefore(element, next);
  // Whoever was inside the turn by keyboard stays there.
  if (held) focusHeading(element);
  markNewest();
  return element;
};

/** Take a turn off the page. */
export const takeOff = (id) => {
  shown(id)?.remove();
  markNewest();
};

/** Take every turn off the page, with what was said between them. */
export const takeAllOff = () => section()?.querySelectorAll(".turn, .between").forEach((element) => element.remove());

/** Say something between the turns, above the first or below the last. */
export const between = (element, above = false) => {
  element.classList.add("between");
  if (above) section().prepend(element);
  else section().append(element);
};

/** Keep the page short: the oldest turns leave it. They stay in the kept conversation. */
export const trim = () => {
  const turns = [...section().querySelectorAll(".turn")];
  turns.slice(0, -MOST_SHOWN).forEach((element) => element.remove());
};

/** The last turns of a conversation that fit on the page. */
export const lastOnes = (turns) => turns.slice(-MOST_SHOWN);

const markNewest = () => {
  const turns = [...section().querySelectorAll(".turn")];
  turns.forEach((element, position) => element.classList.toggle("newest", position === turns.length - 1));
};

/** Bring a new turn to the top of the window. */
export const bringIntoView = (element) => {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
};

/** Move the focus to a turn's heading without moving the page. */
export const focusHeading = (element) => element.querySelector(".asked")?.focus({ preventScroll: true });

/** Tell a screen reader once how it went: the status in words, then the first statement. */
export const announceTurn = (element) => {
  const masked = spoken(element.querySelector(".masked"));
  const message = spoken(element.querySelector(".message")) || word("ask.heard");
  const first = spoken(element.querySelector(".statement") ?? element.querySelector(".statements :is(li, p)"));
  const said = [masked, message, first].filter(Boolean).join(" ");
  announce(said.length > MOST_SAID ? `${said.slice(0, MOST_SAID)}…` : said);
};

const spoken = (element) => {
  if (!element) return "";
  const copy = element.cloneNode(true);
  copy.querySelectorAll(".cite, button").forEach((mark) => mark.remove());
  return copy.textContent.replace(/[\u200b\u2060]/g, "").replace(/\s+/g, " ").trim();
};
