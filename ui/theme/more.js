// What else can be asked: fetched when an answer stands, shown at the end of its turn, asked at a press.
import { language } from "./context.js";
import { post } from "./request.js";

const asked = () =>
  [...document.querySelectorAll("#conversation .turn")].map((turn) => turn.dataset.question).filter(Boolean);

const fill = async (turn) => {
  const place = turn && turn.querySelector(".more");
  const receipt = turn && turn.dataset.receipt;
  if (!place || !receipt || place.dataset.filled) return;
  place.dataset.filled = "yes";
  try {
    const told = await post("/page/more", { receipt, lang: language, asked: asked().slice(-10) });
    // It stands below everything of its turn, so nothing that is being read moves.
    if (place.isConnected) place.innerHTML = String(told.html ?? "");
  } catch {
    // Nobody asked for this, so nobody misses it.
    delete place.dataset.filled;
  }
};

document.addEventListener("policychat:answered", (event) => fill(event.detail.turn));
document.addEventListener("policychat:restored", (event) => fill(event.detail.turn));

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("button.suggestion");
  if (!pressed) return;
  const { question, region } = pressed.dataset;
  document.dispatchEvent(new CustomEvent("policychat:ask", { detail: { question, region } }));
});
