// Where the reader was, and what was half typed: kept for this tab while another page is open.
import { box, setBox } from "./context.js";
import { readTab, writeTab } from "./kept.js";

/** Keep the turn at the top of the window, how far it is scrolled, and what stands in the box. */
export const rememberPlace = () => {
  if (box()) writeTab("draft", box().value || null);
  const turns = [...document.querySelectorAll("#conversation [data-turn]")];
  const top = turns.find((turn) => turn.getBoundingClientRect().bottom > 0);
  const found = top && { turn: top.dataset.turn, offset: Math.round(top.getBoundingClientRect().top) };
  writeTab("place", found && window.scrollY > 0 ? JSON.stringify(found) : null);
};

/** Put back what was half typed. */
export const restoreDraft = () => {
  const draft = readTab("draft");
  if (draft && box() && !box().value) setBox(draft);
};

/**
 * Return a function that goes back to where the reader was, as often as the page has grown; it does nothing more once
 * the reader has moved the page. Null where no place was kept.
 */
export const wayBack = () => {
  let kept = null;
  try {
    kept = JSON.parse(readTab("place"));
  } catch {
    // Not written by this script.
  }
  if (!kept) return null;
  let moved = false;
  const move = () => {
    moved = true;
  };
  ["wheel", "touchstart", "keydown"].forEach((name) => window.addEventListener(name, move, { once: true, passive: true }));
  return () => {
    const turn = document.querySelector(`#conversation [data-turn="${CSS.escape(String(kept.turn))}"]`);
    if (!turn || moved) return;
    window.scrollBy({ top: turn.getBoundingClientRect().top - Number(kept.offset), behavior: "instant" });
  };
};
