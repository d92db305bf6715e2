// Brings the page together: the form, the marks, and the handover from the first screen to Gradio's components.
import { at, box, chosenPlace, keepChoice, keptChoice, language, setBox } from "./context.js";
import { ask, stop } from "./asking.js";
import "./conversation.js";
import "./history.js";
import "./actions.js";
import "./more.js";
import "./edition.js";
import "./speech.js";
import "./dictation.js";
import "./printing.js";
import "./place.js";
import "./install.js";
import "./embed.js";

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const submit = () => {
  const found = box();
  const question = found ? found.value.trim() : "";
  setBox("");
  // On a phone the keyboard would stay open over the answer.
  if (window.matchMedia("(pointer: coarse)").matches) found?.blur();
  ask({ question, region: chosenPlace() });
};

document.addEventListener("submit", (event) => {
  if (event.target.id !== "ask-form") return;
  event.preventDefault();
  const pressed = event.submitter;
  // Buttons that carry a question of their own are asked by asking.js.
  if (!pressed || pressed.id === "ask") submit();
});

// Gradio's buttons are no submit buttons; those of the first screen are, and reach the page as a submit.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.closest("form#ask-form")) return;
  if (button.id === "ask") submit();
  if (button.id === "stop") stop();
  if (button.id === "clear") {
    setBox("");
    box().focus();
  }
});

// Enter sends; Enter that picks a word in an input method must not send a half-written question, nor Shift+Enter.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.target !== box()) return;
    if (event.isComposing || event.keyCode === 229 || event.shiftKey) {
      event.stopImmediatePropagation();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    submit();
  },
  true,
);

// A mark leads to its quote below the answer, also where that is folded away.
document.addEventListener("click", (event) => {
  const mark = event.target.closest("a.cite, a.skip");
  if (!mark) return;
  const target = document.getElementById(decodeURIComponent(mark.hash.slice(1)));
  if (!target) return;
  event.preventDefault();
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) {
    folded.open = true;
  }
  document.querySelectorAll(".is-target").forEach((old) => old.classList.remove("is-target"));
  target.classList.add("is-target");
  target.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  target.focus({ preventScroll: true });
});

document.addEventListener("policychat:place", async (event) => {
  const { region } = event.detail;
  const shown = document.getElementById("examples");
  try {
    const reply = await fetch(at(`/page/examples?region=${encodeURIComponent(region)}&lang=${document.documentElement.lang}`));
    if (reply.ok && shown && chosenPlace() === region) shown.innerHTML = (await reply.json()).html;
  } catch {
    // Examples are a kindness: without a connection the old ones stay.
  }
});

// --- handover -------------------------------------------------------------------------------------------------------
// The first screen is there at once and works; when Gradio has built its components they take its place. What has been
// typed, asked and chosen by then goes along: the nodes themselves are moved, only the box and the buttons are new.
const SLOTS = ["conversation", "place", "label", "examples"];

const slotsThere = () => {
  const slots = SLOTS.map((name) => document.querySelector(`gradio-app #slot-${name}`));
  const parts = ["#question textarea", "#ask", "#stop", "#clear"].map((part) => document.querySelector(`gradio-app ${part}`));
  const dressed = [...document.querySelectorAll("link.late-sheet")].every((sheet) => sheet.sheet);
  return dressed && slots.every(Boolean) && parts.every(Boolean) ? slots : null;
};

const handOver = (slots) => {
  const first = document.getElementById("first");
  const typed = first.querySelector("textarea[data-role=question]");
  const { value, selectionStart, selectionEnd } = typed;
  const focused = document.activeElement;
  SLOTS.forEach((name, position) => {
    const part = first.querySelector(`#first-${name}`);
    slots[position].replaceChildren(...part.childNodes);
  });
  const taken = document.querySelector("gradio-app #question textarea");
  taken.id = "question-text";
  taken.enterKeyHint = "send";
  const stopping = first.querySelector("#stop");
  const working = stopping && !stopping.hidden;
  first.remove();
  // Gradio writes the browser's language there, which need not be the page's.
  document.documentElement.lang = language;
  document.documentElement.classList.add("handed-over");
  document.querySelectorAll("gradio-app #stop").forEach((button) => (button.hidden = !working));
  // Gradio's rules for plain elements hang on this class and would undo the style of everything inside.
  for (const part of document.querySelectorAll("[class*=gradio-container-]")) {
    part.classList.remove(...[...part.classList].filter((name) => /^gradio-container-\d/.test(name)));
  }
  setBox(value);
  if (focused === typed) {
    taken.focus({ preventScroll: true });
    taken.setSelectionRange(selectionStart, selectionEnd);
  } else if (focused && focused.isConnected && focused !== document.body) {
    focused.focus({ preventScroll: true });
  }
  document.dispatchEvent(new CustomEvent("policychat:ready"));
};

const awaitGradio = () => {
  if (!document.querySelector("gradio-app") || !document.getElementById("first")) return;
  let composing = false;
  document.addEventListener("compositionstart", () => (composing = true));
  document.addEventListener("compositionend", () => {
    composing = false;
    attempt();
  });
  const watch = new MutationObserver(() => attempt());
  document.querySelectorAll("link.late-sheet").forEach((sheet) => {
    sheet.addEventListener("load", () => attempt());
    sheet.rel = "stylesheet";
  });
  const attempt = () => {
    // In the middle of a word typed with an input method the box must not be exchanged.
    const slots = !composing && document.getElementById("first") && slotsThere();
    if (!slots) return;
    watch.disconnect();
    handOver(slots);
  };
  watch.observe(document.documentElement, { childList: true, subtree: true });
  attempt();
};

if (!keptChoice("region") && chosenPlace()) keepChoice("region", chosenPlace());
awaitGradio();

