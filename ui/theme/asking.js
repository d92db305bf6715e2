// Ask a question and show what becomes of it. One question at a time; none is ever lost.
import { announce, box, chosenPlace, language, setBox, word } from "./context.js";
import { dropTurn, earlierQuestions, here, keepTurn, newId } from "./kept.js";
import { Fault, answered } from "./request.js";
import {
  announceTurn,
  bringIntoView,
  focusHeading,
  place,
  plainTurn,
  retryButton,
  section,
  sentence,
  serverTurn,
  shown,
  takeOff,
  trim,
} from "./turns.js";

const SLOW_MS = 3_000;
const SLOWER_MS = 10_000;
const STOP_SHOWN_AFTER_MS = 300; // Most answers are there by then: a button that flashes by only startles.
const MOST_TRIES = 3; // A question that takes the server down with it must not do so at every reload.

let job = null;
let offline = null;
let empty = null;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`policychat:${name}`, { detail }));

/** Ask a question, by default what stands in the box, for the place chosen. Stops one that is under way. */
export const ask = ({ question, region, anew = false } = {}) => {
  const words = String(question ?? box()?.value ?? "").trim();
  const where = String(region ?? chosenPlace() ?? "");
  takeEmptyOff();
  if (!words) return sayEmpty();
  // A second click on the same button asks nothing new.
  if (job && job.turn.question === words && job.turn.region === where && Boolean(job.turn.anew) === anew) return undefined;
  return begin({ id: newId(), question: words, region: where, receipt: "", at: 0, status: "asking", tries: 0, anew });
};

/** Ask the last question again that has no answer, else the last one. */
export const retry = () => {
  const turns = here().turns;
  const open = [...turns].reverse().find((turn) => turn.status === "stopped" || turn.status === "failed");
  if (open) return again(open.id);
  return turns.length ? ask(turns[turns.length - 1]) : undefined;
};

/** Stop the question that is under way; it stays on the page and can be asked again. */
export const stop = () => {
  const question = halt();
  if (question && box() && !box().value) setBox(question);
};

/** Go on with a question that was under way when the page was left. */
export const resume = (turn) => {
  if (turn.tries < MOST_TRIES) return begin(turn, false);
  return show({ ...turn, status: "failed" }, word("ask.broken"));
};

/** Ask the question of a kept turn again; it becomes the last turn. Null where the turn is not kept. */
export const again = (id) => {
  const turn = here().turns.find((one) => one.id === id);
  if (!turn) return null;
  halt();
  takeOff(id);
  return begin({ ...turn, receipt: "", tries: 0 });
};

const begin = (turn, isNew = true) => {
  halt();
  offline = null;
  const history = earlierQuestions(turn.region);
  const mine = { turn: { ...turn, status: "asking", tries: turn.tries + 1 }, controller: new AbortController(), timers: [] };
  job = mine;
  // Read before anything moves: what was pressed may be gone with the turn that it stood in.
  const fromButton = document.activeElement !== box() && document.activeElement?.closest("#conversation, .example, #ask");
  const waiting = plainTurn(mine.turn, "pending", sentence(word("ask.working"), "working"));
  waiting.id = "turn-pending";
  place(mine.turn, waiting);
  trim();
  keepTurn(mine.turn, isNew);
  announce("");
  if (box()?.value.trim() === turn.question) setBox("");
  if (isNew) {
    bringIntoView(waiting);
    // On a touch screen the keyboard would cover the answer.
    if (window.matchMedia("(pointer: coarse)").matches) box()?.blur();
    if (fromButton || !document.activeElement || document.activeElement === document.body) focusHeading(waiting);
  }
  later(mine, STOP_SHOWN_AFTER_MS, () => showStop(true));
  waitInWords(mine);
  tell("asked", { question: turn.question, region: turn.region });
  return hear(mine, history);
};

const hear = async (mine, history) => {
  const { turn, controller } = mine;
  const body = { question: turn.question, region: turn.region || null, history, lang: language, ...(turn.anew && { anew: true }) };
  try {
    const done = await answered(body, controller.signal, {
      show: (html) => {
        if (job !== mine) return;
        place(turn, serverTurn(html)).id = "turn-pending";
        waitInWords(mine);
      },
      waiting: () => {
        if (job !== mine) return;
        const waiting = sentence(word("ask.waiting"), "working");
        place(turn, plainTurn(turn, "pending", waiting)).id = "turn-pending";
        announce(word("ask.waiting"));
        clear(mine);
        showStop(true);
      },
    });
    if (job === mine) finish(mine, done);
  } catch (error) {
    if (job === mine) fail(mine, error instanceof Fault ? error : new Fault("broken"));
  }
};

const finish = (mine, done) => {
  const { turn } = mine;
  end(mine);
  const status = String(done.status || "answered");
  const element = place(turn, serverTurn(done.html));
  const told = {
    ...turn,
    question: String(done.question || turn.question),
    region: String(done.region ?? turn.region),
    receipt: String(done.receipt || ""),
    status,
  };
  if (status === "invalid") {
    dropTurn(turn.id);
    putBack(turn.question);
  } else if (!told.receipt) {
    // Nothing to come back to: the service could not answer just now.
    keepTurn({ ...told, status: "failed" });
    element.append(retryButton());
    putBack(turn.question);
  } else {
    keepTurn(told);
    if (box()?.value.trim() === turn.question) setBox("");
  }
  announceTurn(element);
  tell("answered", { turn: element, question: told.question, region: told.region, status, receipt: told.receipt });
};

const fail = (mine, fault) => {
  const turn = { ...mine.turn, status: "failed" };
  end(mine);
  const element = show(turn, fault.message);
  if (fault.code === "offline") offline = turn.id;
  putBack(turn.question);
  announce(fault.message);
  tell("failed", { turn: element, question: turn.question, region: turn.region, code: fault.code, message: fault.message });
};

/** Show a turn without an answer, why, and the way to ask again; keep it so. */
const show = (turn, why) => {
  keepTurn(turn);
  return place(turn, plainTurn(turn, turn.status, sentence(why), retryButton()));
};

/** Stop what is under way and leave the box alone. Returns its question. */
export const halt = () => {
  if (!job) return "";
  const mine = job;
  const pressed = document.activeElement?.id === "stop";
  end(mine);
  mine.controller.abort();
  const element = show({ ...mine.turn, status: "stopped" }, word("ask.stopped"));
  announce(word("ask.stopped"));
  // The button that was pressed goes away; the next thing to press takes its place.
  if (pressed) element.querySelector(".retry").focus({ preventScroll: true });
  return mine.turn.question;
};

const end = (mine) => {
  clear(mine);
  job = null;
  // Hidden only after the focus could be moved off it.
  queueMicrotask(() => job || showStop(false));
};

const putBack = (question) => {
  if (box() && !box().value) setBox(question);
};

const later = (mine, ms, act) => mine.timers.push(setTimeout(act, ms));
const clear = (mine) => mine.timers.splice(0).forEach(clearTimeout);

const waitInWords = (mine) => {
  const say = (key) => {
    const working = shown(mine.turn.id)?.querySelector(".working");
    if (working) working.textContent = word(key);
    announce(word(key));
  };
  if (mine.slow) mine.slow.forEach(clearTimeout);
  mine.slow = [setTimeout(say, SLOW_MS, "ask.slow"), setTimeout(say, SLOWER_MS, "ask.slower")];
  mine.timers.push(...mine.slow);
};

const showStop = (visible) => {
  if (!visible && document.activeElement?.id === "stop") {
    const newest = section()?.querySelector(".newest");
    if (newest) focusHeading(newest);
  }
  // Said at the root too: a button that Gradio builds meanwhile knows nothing of what its forerunner was told.
  document.documentElement.toggleAttribute("data-asking", visible);
  document.querySelectorAll("#stop").forEach((button) => (button.hidden = !visible));
};

const sayEmpty = () => {
  empty = sentence(word("ask.empty"), "message between");
  section()?.append(empty);
  announce(word("ask.empty"));
  box()?.focus();
};

const takeEmptyOff = () => {
  empty?.remove();
  empty = null;
  section()?.querySelectorAll('.turn[data-status="invalid"]').forEach((turn) => turn.remove());
};

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || !job) return;
  event.preventDefault();
  stop();
});
document.addEventListener("policychat:ask", (event) => ask(event.detail));
window.addEventListener("online", () => {
  if (offline && !job) again(offline);
});

/** Leave the question under way as it is: the page goes away, and asks it again when it comes back. */
export const letGo = () => {
  if (!job) return;
  const mine = job;
  end(mine);
  mine.controller.abort();
};
