// This tab's conversation: shown again after a reload or on the way back from another page, begun anew, opened again.
import { announce, box, language, word } from "./context.js";
import { ask, halt, letGo, resume } from "./asking.js";
import "./asking_buttons.js";
import { OPEN, beginConversation, goOnWith, here, isKept, keepTurn, newId } from "./kept.js";
import { rememberPlace, restoreDraft, wayBack } from "./reading_place.js";
import { Fault, post } from "./request.js";
import {
  between,
  bringIntoView,
  focusHeading,
  lastOnes,
  place,
  plainTurn,
  reopenButton,
  retryButton,
  section,
  sentence,
  serverTurn,
  shown,
  takeAllOff,
} from "./turns.js";

const MOST_AT_ONCE = 20; // Receipts that the server reads in one call.
const TOO_LARGE = 413;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`policychat:${name}`, { detail }));

/** Draw a turn before its answer has come back from the server; `next` is the turn that it stands before. */
const draw = (turn, next = null) => {
  const answered = !OPEN.has(turn.status);
  if (answered && turn.receipt) {
    return place(turn, plainTurn(turn, "opening", sentence(word("kept.opening"), "working")), next);
  }
  const why = answered ? "kept.too_old" : turn.status === "failed" ? "kept.failed" : "ask.stopped";
  return place(turn, plainTurn(turn, answered ? "failed" : turn.status, sentence(word(why)), retryButton()), next);
};

/** Draw the last turns of this tab's conversation that are not on the page yet. Returns them. */
const drawAll = (next = null) => {
  const turns = lastOnes(here().turns);
  turns.forEach((turn) => shown(turn.id) || draw(turn, next));
  showEarlier();
  showState();
  return turns;
};

const showState = () => document.documentElement.classList.toggle("in-conversation", here().turns.length > 0);

const isClosed = (turn) => ["opening", "closed"].includes(shown(turn.id)?.dataset.status);

/** Fetch the answers of drawn turns in one call and put them in their places. */
const reopen = async (turns) => {
  const wanted = turns.filter((turn) => turn.receipt && isClosed(turn));
  if (!wanted.length) return;
  try {
    const answers = await fetched(wanted.map((turn) => turn.receipt));
    wanted.forEach((turn, position) => isClosed(turn) && place(turn, reopened(turn, Object(answers[position]))));
  } catch (error) {
    const why = error instanceof Fault ? error.message : word("ask.broken");
    const closed = (turn) => plainTurn(turn, "closed", sentence(`${word("kept.closed")} ${why}`), reopenButton());
    wanted.forEach((turn) => isClosed(turn) && place(turn, closed(turn)));
    announce(word("kept.closed"));
    return;
  }
  const newest = section().querySelector(".newest");
  if (newest.dataset.receipt) tell("restored", { turn: newest });
};

const reopened = (turn, answer) =>
  answer.ok
    ? serverTurn(String(answer.html))
    : plainTurn(turn, "failed", sentence(word("kept.too_old")), retryButton());

/** Answers for receipts, in their order. A call with more than the server takes at once is made in two halves. */
const fetched = async (receipts) => {
  try {
    if (receipts.length > MOST_AT_ONCE) throw Object.assign(new Fault("broken"), { status: TOO_LARGE });
    const { turns } = await post("/page/turns", { receipts, lang: language });
    if (!Array.isArray(turns) || turns.length !== receipts.length) throw new Fault("broken");
    return turns;
  } catch (error) {
    if (error.status !== TOO_LARGE || receipts.length === 1) throw error;
    const half = receipts.length >> 1;
    return [...(await fetched(receipts.slice(0, half))), ...(await fetched(receipts.slice(half)))];
  }
};

const reopenClosed = () => {
  const turns = here().turns.filter(isClosed);
  turns.forEach((turn) => draw(turn));
  return reopen(turns);
};

const showEarlier = () => {
  section().querySelector(".earlier")?.remove();
  const count = here().turns.filter((turn) => !shown(turn.id)).length;
  if (!count) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button earlier";
  button.textContent = word("kept.earlier", { count });
  between(button, true);
};

const openEarlier = async () => {
  const { turns } = here();
  const next = section().querySelector(".turn");
  const older = lastOnes(turns.slice(0, turns.findIndex((turn) => shown(turn.id))));
  older.forEach((turn) => draw(turn, next));
  showEarlier();
  // The button has gone up; the nearest of the older turns takes its place.
  focusHeading(shown(older[older.length - 1].id));
  await reopen(older);
};

/** Go on with a conversation kept in this browser. */
export const openConversation = async (id) => {
  halt();
  if (!goOnWith(id)) return;
  takeAllOff();
  const turns = drawAll();
  tell("conversation");
  const last = turns[turns.length - 1].id;
  focusHeading(shown(last));
  await reopen(turns);
  // Meanwhile the reader may have opened another one.
  if (shown(last)) bringIntoView(shown(last));
};

/** Begin a new conversation; the old one stays in the list. */
export const startNew = (words = word("kept.new")) => {
  halt();
  takeAllOff();
  beginConversation();
  showState();
  tell("conversation");
  announce(words);
  box()?.focus();
};

/** The question in the page's address, taken out of it: neither a reload nor the way back asks it again. */
const linked = () => {
  const address = new URL(window.location.href);
  const question = address.searchParams.get("q");
  if (!question) return null;
  address.searchParams.delete("q");
  if (!address.searchParams.get("region")) address.searchParams.delete("region");
  history.replaceState(history.state, "", address);
  return { question, region: address.searchParams.get("region") ?? "" };
};

/** Take an answer that the server wrote into the page itself into the conversation. Returns its element. */
const adopt = () => {
  const written = section().querySelector(".turn[data-receipt]:not([data-turn])");
  if (!written) return null;
  const { receipt, question, region, status } = written.dataset;
  const known = here().turns.find((turn) => turn.receipt === receipt);
  const turn = known ?? { id: newId(), question, region: region ?? "", receipt, at: 0, status, tries: 0 };
  if (!known) keepTurn(turn, true);
  return place(turn, written);
};

const fromThisSite = () => {
  try {
    return new URL(document.referrer).origin === window.location.origin;
  } catch {
    return false;
  }
};

const open = async () => {
  const asked = linked();
  // A link on another site begins a conversation of its own: what was asked here before has no part in it.
  if (asked && !fromThisSite()) beginConversation();
  const adopted = adopt();
  const left = here().turns.filter((turn) => turn.status === "asking");
  const underWay = asked || adopted ? null : left.pop();
  left.forEach((turn) => keepTurn({ ...turn, status: "stopped" }));
  const goBack = asked || adopted || underWay ? null : wayBack();
  const turns = drawAll(adopted);
  restoreDraft();
  // Without scripts the server has answered it already.
  if (asked && !adopted) ask(asked);
  if (underWay) resume(underWay);
  goBack?.();
  await reopen(turns);
  goBack?.();
};

const warn = () => {
  if (isKept() || section().querySelector(".note")) return;
  between(sentence(word("kept.not"), "note"), true);
};

const whenThere = (act) => {
  if (section()) return act();
  const watch = new MutationObserver(() => {
    if (!section()) return;
    watch.disconnect();
    act();
  });
  watch.observe(document.documentElement, { childList: true, subtree: true });
  return undefined;
};

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.(".new-conversation, .earlier, .reopen");
  if (!pressed) return;
  if (pressed.matches(".new-conversation")) startNew();
  else if (pressed.matches(".earlier")) openEarlier();
  else reopenClosed();
});
document.addEventListener("policychat:asked", () => {
  showState();
  showEarlier();
});
document.addEventListener("policychat:answered", warn, { once: true });
document.addEventListener("policychat:forgotten", () => {
  letGo();
  startNew(word("kept.gone"));
});
window.addEventListener("online", () => section() && reopenClosed());
window.addEventListener("pagehide", () => {
  rememberPlace();
  letGo();
});
// Back out of the browser's cache the page is as it was, only its connections are gone.
window.addEventListener("pageshow", (event) => {
  const underWay = event.persisted && here().turns.find((turn) => turn.status === "asking");
  if (underWay) resume(underWay);
});
// Phones end pages without a word.
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && rememberPlace());
whenThere(open);
