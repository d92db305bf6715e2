// What can be done with an answer: every button of a turn is heard here and handed to what does it.
import { announce, at, box, language, setBox, word } from "./context.js";
import { copyAnswer, sign } from "./actions_copy.js";
import { openForm, sendUseful } from "./actions_feedback.js";
import { say } from "./actions_panel.js";
import { printTurn } from "./actions_print.js";
import { share } from "./actions_share.js";

/** Post the receipt as a form: the reply is an attachment, so the browser saves a file and stays on the page. */
const save = (turn, format) => {
  if (navigator.onLine === false) return say(turn, word("actions.offline"), "fault");
  const form = document.createElement("form");
  form.method = "post";
  form.action = at(`/page/export/${format}`);
  form.hidden = true;
  for (const [name, value] of [["receipt", turn.dataset.receipt], ["lang", turn.lang || language]]) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
  say(turn, word("actions.saving"));
};

const rephrase = (turn) => {
  setBox(turn.dataset.question);
  const found = box();
  if (!found) return;
  found.focus();
  found.select();
  announce(word("actions.rephrase_hint"));
  say(turn, word("actions.rephrase_hint"), "quiet");
};

const unfold = (turn, button) => {
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
};

const acts = {
  useful: sendUseful,
  useless: (turn, button) => openForm(turn, button, "useless"),
  report: (turn, button) => openForm(turn, button, "report"),
  copy: copyAnswer,
  share,
  print: printTurn,
  pdf: (turn) => save(turn, "pdf"),
  docx: (turn) => save(turn, "docx"),
  rephrase,
  rest: unfold,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest(".turn .actions button[data-action]");
  const act = button && acts[button.dataset.action];
  if (act) act(button.closest(".turn"), button);
});

document.addEventListener("copy", sign);
