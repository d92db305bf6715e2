// Say whether an answer helped, or what is wrong with it. Nothing that was typed is lost when sending fails.
import { announce, at, language, word } from "./context.js";
import { closePanel, make, openPanel, say } from "./actions_panel.js";

const LONGEST = 500;
const REASONS = {
  useless: ["not_found", "wrong", "not_understood", "outdated", "wrong_place", "other"],
  report: ["wrong", "source_error", "outdated", "wrong_place", "other"],
};
let made = 0;

/** Send JSON to the page's own server. Throws an Error whose message can be shown, or is empty. */
export const post = async (path, body) => {
  const response = await fetch(at(`${path}?lang=${language}`), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => {
    // The browser would say in its own words, and in English, that it did not reach the server.
    throw new Error("");
  });
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error((told.error && told.error.message) || "");
  return told;
};

const mark = (turn, useful) => {
  for (const name of ["useful", "useless"]) {
    const button = turn.querySelector(`.actions [data-action=${name}]`);
    if (button) button.setAttribute("aria-pressed", String((name === "useful") === useful));
  }
};

/** Send that an answer helped. */
export const sendUseful = async (turn, button) => {
  if (button.disabled) return;
  button.disabled = true;
  try {
    await post("/page/feedback", { receipt: turn.dataset.receipt, useful: true, reason: null, comment: null });
    mark(turn, true);
    say(turn, word("actions.thanks"));
  } catch (error) {
    say(turn, error.message || word("actions.failed_useful"), "fault");
  } finally {
    button.disabled = false;
    button.focus();
  }
};

const choices = (kind, id) =>
  make(
    "fieldset",
    {},
    make("legend", {}, word("actions.reason")),
    ...REASONS[kind].map((name) =>
      make(
        "label",
        { className: "choice" },
        make("input", { type: "radio", name: `reason-${id}`, value: name }),
        make("span", {}, word(`actions.reason.${name}`)),
      ),
    ),
  );

/** Open the form in which somebody says what did not help, or what is wrong. */
export const openForm = (turn, opener, kind) => {
  if (opener.getAttribute("aria-expanded") === "true") return closePanel(turn, true);
  const id = (made += 1);
  const comment = make("textarea", { id: `comment-${id}`, maxLength: LONGEST, rows: 3 });
  comment.setAttribute("aria-describedby", `comment-hint-${id}`);
  const fault = make("p", { className: "action-said fault", hidden: true });
  const send = make("button", { type: "submit", className: "action primary" }, word("actions.submit"));
  const cancel = make("button", { type: "button", className: "action" }, word("actions.cancel"));
  const title = make("h3", { id: `form-title-${id}`, tabIndex: -1 }, word(`actions.form_${kind}`));
  const form = make(
    "form",
    { className: "action-panel", noValidate: true },
    title,
    choices(kind, id),
    make("label", { htmlFor: comment.id, className: "comment-label" }, word("actions.comment")),
    comment,
    make("p", { id: `comment-hint-${id}`, className: "hint" }, word("actions.comment_hint")),
    fault,
    make("div", { className: "action-row" }, send, cancel),
  );
  form.setAttribute("aria-labelledby", title.id);
  cancel.addEventListener("click", () => closePanel(turn, true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(turn, opener, kind, { form, comment, fault, send });
  });
  openPanel(turn, opener, form);
  title.focus();
};

const submit = async (turn, opener, kind, { form, comment, fault, send }) => {
  const chosen = form.querySelector("input:checked");
  const words = comment.value.trim();
  const tell = (sentence) => {
    fault.textContent = sentence;
    fault.hidden = false;
    announce(sentence);
  };
  // That an answer did not help is worth knowing without a reason; a report without one tells nobody anything.
  if (kind === "report" && !chosen && !words) return tell(word("actions.say_something"));
  if (send.disabled) return;
  send.disabled = true;
  send.textContent = word("actions.sending");
  try {
    await post("/page/feedback", {
      receipt: turn.dataset.receipt,
      useful: false,
      reason: chosen ? chosen.value : null,
      comment: words || null,
    });
    mark(turn, false);
    closePanel(turn);
    say(turn, word(kind === "report" ? "actions.thanks_report" : "actions.thanks"));
    opener.focus();
  } catch (error) {
    tell(error.message || word("actions.failed"));
  } finally {
    send.disabled = false;
    send.textContent = word("actions.submit");
  }
};
