// Buttons and links that ask: places offered, examples, "ask again", "as typed", "what else was found", and the one that stops.
import { again, ask, stop } from "./asking.js";
import { OPEN, here } from "./kept.js";

const asTyped = (link) => {
  const address = new URL(link.href, window.location.href);
  const question = address.searchParams.get("q");
  if (!question || address.origin !== window.location.origin) return false;
  ask({ question, region: address.searchParams.get("region") ?? "", anew: address.searchParams.has("anew") });
  return true;
};

const pressedOn = (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const found = event.target.closest?.("button.option, .example, button.retry, #stop, .read-as a, .approved a");
  if (!found) return false;
  const turn = found.closest(".turn");
  if (found.id === "stop") stop();
  else if (found.matches(".read-as a, .approved a")) return plain && asTyped(found);
  else if (found.matches(".retry")) again(turn.dataset.turn) || ask(turn.dataset);
  else if (found.matches(".option")) {
    const asked = [...here().turns].reverse().find((one) => !OPEN.has(one.status));
    ask({ question: turn?.dataset.question || asked?.question, region: found.dataset.region ?? found.textContent.trim() });
  } else {
    const question = found.dataset.question ?? (found.value || found.textContent);
    ask({ question, region: found.dataset.region });
  }
  return true;
};

// A button of the form would otherwise send it, a link leave the page.
document.addEventListener("click", (event) => {
  if (pressedOn(event)) event.preventDefault();
});
