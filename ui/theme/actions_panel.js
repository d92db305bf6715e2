// The place under the buttons of a turn where something opens or is said. One thing at a time.
import { announce } from "./context.js";

/** Make an element: `make("p", { className: "hint" }, "words", child)`. Words are never read as markup. */
export const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

const placeOf = (turn) => {
  const bar = turn.querySelector(".actions");
  let place = turn.querySelector(".action-place");
  if (!place) {
    place = make("div", { className: "action-place" });
    bar.after(place);
  }
  return place;
};

/** Open something under the buttons in place of what was there; Escape and its own buttons close it. */
export const openPanel = (turn, opener, panel) => {
  closePanel(turn);
  placeOf(turn).replaceChildren(panel);
  opener.setAttribute("aria-expanded", "true");
  panel.opener = opener;
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    closePanel(turn, true);
  });
};

/** Close what is open under the buttons; `back` puts the focus where it came from. */
export const closePanel = (turn, back = false) => {
  for (const panel of placeOf(turn).children) {
    if (!panel.opener) continue;
    panel.opener.removeAttribute("aria-expanded");
    if (back) panel.opener.focus();
  }
  placeOf(turn).replaceChildren();
};

/** Show a sentence under the buttons and read it out; `quiet` leaves out the reading. What is open stays open. */
export const say = (turn, sentence, tone = "done") => {
  const place = placeOf(turn);
  for (const said of [...place.children]) if (!said.opener) said.remove();
  place.prepend(make("p", { className: `action-said ${tone}` }, sentence));
  if (tone !== "quiet") announce(sentence);
};
