// Read an answer aloud with a voice of this device. A voice that would send the text elsewhere is not used.
import { language, word } from "./context.js";

// Chrome falls silent in an utterance of more than about fifteen seconds; so many characters take about ten.
const LONGEST = language === "en" ? 140 : 45;
const WISHES = {
  "zh-Hans": [/^(zh|cmn)-(hans-)?(cn|sg)\b/, /^(zh|cmn)(-hans)?$/],
  "zh-Hant": [/^(zh|cmn)-(hant-)?tw\b/, /^(zh|yue)-(hant-)?(hk|mo)\b/, /^(zh|cmn)-hant$/, /^(zh|cmn)(-|$)/],
  en: [/^en(-|$)/],
};

const synthesis = window.speechSynthesis;
let voice = null;
/** What is being read: its turn, its pieces and how far it got; null while nothing is. */
let reading = null;

const findVoice = () => {
  const local = synthesis.getVoices().filter((found) => found.localService);
  const fits = (wish) => local.find((found) => wish.test(found.lang.toLowerCase().replaceAll("_", "-")));
  voice = WISHES[language]?.map(fits).find(Boolean) ?? null;
  document.documentElement.toggleAttribute("data-can-read", voice !== null);
};

/** Cut a text into pieces of at most LONGEST characters, at the end of a sentence, else at a comma, else anywhere. */
const cut = (text) => {
  const pieces = [];
  const add = (part, breaks) => {
    const last = pieces.length - 1;
    if (last >= 0 && breaks.joined && pieces[last].length + part.length <= LONGEST) pieces[last] += part;
    else pieces.push(part);
  };
  for (const sentence of text.match(/[^。！？；!?;\n]+[。！？；!?;\n”」』]*|[。！？；!?;\n]+/g) ?? []) {
    if (sentence.length <= LONGEST) {
      add(sentence, { joined: false });
      continue;
    }
    let joined = false;
    for (const clause of sentence.match(/[^，、,：:]+[，、,：:]*|[，、,：:]+/g) ?? []) {
      for (let at = 0; at < clause.length; at += LONGEST) {
        add(clause.slice(at, at + LONGEST), { joined });
        joined = true;
      }
    }
  }
  return pieces.map((piece) => piece.trim()).filter((piece) => /[\p{L}\p{N}]/u.test(piece));
};

/** What is said of an answer: its message, notices, statements and label, without marks, links and what is inside again. */
const wordsOf = (turn) => {
  const said = [];
  const blocks = turn.querySelectorAll(
    ".message, .notices li, .statements p, .statements li, .statements h3, .statements td, .statements th, .label",
  );
  for (const block of blocks) {
    const own = block.cloneNode(true);
    for (const left of own.querySelectorAll("a, .unseen, ul, ol")) left.remove();
    said.push(...cut(own.textContent.replaceAll("\u2060", "").trim()));
  }
  return said;
};

const showState = (turn, state) => {
  const button = turn.querySelector("[data-action=read]");
  if (state) turn.dataset.reading = state;
  else delete turn.dataset.reading;
  if (button) button.textContent = word(`speech.${{ on: "pause", paused: "resume" }[state] ?? "read"}`);
};

const stop = () => {
  if (!reading) return;
  const { turn } = reading;
  reading = null;
  synthesis.cancel();
  showState(turn, "");
};

const readOn = () => {
  const current = reading;
  if (current.at >= current.pieces.length) return stop();
  const piece = new SpeechSynthesisUtterance(current.pieces[current.at]);
  piece.voice = voice;
  piece.lang = voice.lang;
  piece.rate = document.documentElement.dataset.edition === "elder" ? 0.8 : 1;
  // Held, because Chrome forgets an utterance that nothing refers to and then never says that it has ended.
  current.piece = piece;
  const isCurrent = () => reading === current && current.piece === piece && !current.paused;
  piece.onend = () => {
    if (!isCurrent()) return;
    current.at += 1;
    readOn();
  };
  piece.onerror = () => {
    if (isCurrent()) stop();
  };
  synthesis.speak(piece);
};

const press = (turn) => {
  if (!reading || reading.turn !== turn) {
    stop();
    reading = { turn, pieces: wordsOf(turn), at: 0, paused: false, piece: null };
    showState(turn, "on");
    return readOn();
  }
  reading.paused = !reading.paused;
  showState(turn, reading.paused ? "paused" : "on");
  // Pausing an utterance is not to be relied on (Android ends it instead), so the piece is said again from its start.
  if (reading.paused) synthesis.cancel();
  else readOn();
};

if (synthesis && window.SpeechSynthesisUtterance) {
  findVoice();
  synthesis.addEventListener?.("voiceschanged", findVoice);
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-action=read], [data-action=read-stop]");
    const turn = button?.closest(".turn");
    if (!turn) return;
    if (button.dataset.action === "read-stop") {
      stop();
      // The button that was pressed is gone now; the keyboard must not fall back to the top of the page.
      turn.querySelector("[data-action=read]")?.focus();
    } else if (voice) press(turn);
  });
  document.addEventListener("policychat:asked", stop);
  window.addEventListener("pagehide", stop);
}
