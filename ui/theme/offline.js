// The page without a network: shows what this browser has kept, and comes back when the line does.
import { conversations, readTab } from "./kept.js";

const MOST_QUESTIONS = 20;

const show = (name, fill) => {
  const section = document.getElementById(`kept-${name}`);
  if (!section) return;
  fill(section);
  section.hidden = false;
};

const draft = readTab("draft");
if (draft) show("draft", (section) => (section.querySelector(".draft").textContent = draft));

const questions = conversations().flatMap((one) => [...one.turns].reverse().map((turn) => turn.question));
if (questions.length) {
  show("earlier", (section) => {
    const items = [...new Set(questions)].slice(0, MOST_QUESTIONS).map((question) => {
      const item = document.createElement("li");
      item.textContent = question;
      return item;
    });
    section.querySelector(".earlier").append(...items);
  });
}

// The worker shows this page in place of another; there is nothing to come back to at its own address.
const standsFor = !location.pathname.endsWith("/offline");
if (standsFor) {
  document.getElementById("again").addEventListener("click", (event) => {
    event.preventDefault();
    location.reload();
  });
  window.addEventListener("online", () => location.reload());
}
