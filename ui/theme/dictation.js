// Take a question by voice where the browser can. Its maker does the listening, which is said before the first use.
import { box, language, setBox, word } from "./context.js";

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const SPOKEN = { "zh-Hans": "zh-CN", "zh-Hant": "zh-TW", en: "en-US" };
const TOLD = "policychat.dictation-told";
const FAULTS = {
  "not-allowed": "denied",
  "service-not-allowed": "denied",
  network: "network",
  "audio-capture": "microphone",
  "no-speech": "nothing",
};

let listening = null;

// A browser that keeps nothing tells it anew each time; that is no reason to fail.
const wasTold = () => {
  try {
    return window.localStorage.getItem(TOLD) === "yes";
  } catch {
    return false;
  }
};
const keepTold = () => {
  try {
    window.localStorage.setItem(TOLD, "yes");
  } catch {
    return;
  }
};

const parts = (inside) => {
  const whole = inside.closest(".dictation");
  return {
    button: whole.querySelector("[data-action=dictate]"),
    told: whole.querySelector(".dictation-told"),
    state: whole.querySelector(".dictation-state"),
  };
};

const start = ({ button, state }) => {
  const before = box()?.value.trim() ?? "";
  const recognition = new Recognition();
  let heard = "";
  let fault = "";
  recognition.lang = SPOKEN[language] ?? language;
  recognition.interimResults = true;
  recognition.onresult = (event) => {
    if (listening !== recognition) return;
    heard = [...event.results].map((result) => result[0].transcript).join("");
    setBox(before && heard ? `${before} ${heard}` : before + heard);
  };
  recognition.onerror = (event) => {
    fault = event.error === "aborted" ? "aborted" : (FAULTS[event.error] ?? "failed");
  };
  recognition.onend = () => {
    if (listening !== recognition) return;
    listening = null;
    button.textContent = word("dictate.start");
    button.removeAttribute("data-listening");
    if (fault === "aborted") state.textContent = "";
    else state.textContent = word(`dictate.${heard ? "heard" : fault || "nothing"}`);
    if (heard) box()?.focus();
  };
  listening = recognition;
  button.textContent = word("dictate.stop");
  button.setAttribute("data-listening", "");
  state.textContent = word("dictate.listening");
  try {
    recognition.start();
  } catch {
    fault = "failed";
    recognition.onend();
  }
};

const press = (pressed) => {
  const found = parts(pressed);
  if (pressed.dataset.action === "dictate-decline") {
    found.told.hidden = true;
    return box()?.focus();
  }
  if (listening) return listening.stop();
  if (pressed.dataset.action === "dictate" && !wasTold()) {
    found.told.hidden = !found.told.hidden;
    if (!found.told.hidden) found.told.querySelector("button").focus();
    return undefined;
  }
  keepTold();
  found.told.hidden = true;
  found.button.focus();
  return start(found);
};

if (Recognition) {
  document.documentElement.toggleAttribute("data-can-listen", true);
  document.addEventListener("click", (event) => {
    const pressed = event.target.closest?.("[data-action^=dictate]");
    if (pressed?.closest(".dictation")) press(pressed);
  });
  // Safari gives a pressed button no focus and would take it from the box: the form on a phone would fold away under the
  // finger.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-action=dictate]")) event.preventDefault();
  });
  const abort = () => listening?.abort();
  document.addEventListener("policychat:asked", () => {
    abort();
    for (const state of document.querySelectorAll(".dictation-state")) state.textContent = "";
  });
  window.addEventListener("pagehide", abort);
}
