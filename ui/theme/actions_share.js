// Make a link to an answer. The server keeps the answer from then on, so it is said for how long and who can read it.
import { announce, at, word } from "./context.js";
import { toClipboard } from "./actions_copy.js";
import { post } from "./actions_feedback.js";
import { closePanel, make, openPanel, say } from "./actions_panel.js";

let made = 0;

const escaped = (text) => make("p", {}, text).innerHTML;

const panelOf = (turn, address, days) => {
  const id = (made += 1);
  const field = make("input", { type: "text", id: `share-${id}`, readOnly: true, value: address, className: "share-link" });
  field.addEventListener("focus", () => field.select());
  const copy = make("button", { type: "button", className: "action primary" }, word("actions.share_copy"));
  const told = make("p", { className: "action-said done", hidden: true });
  copy.addEventListener("click", async () => {
    const done = await toClipboard(address, `<a href="${escaped(address)}">${escaped(address)}</a>`);
    told.textContent = word(done ? "actions.copied_link" : "actions.copy_by_hand");
    told.hidden = false;
    announce(told.textContent);
    if (!done) field.focus();
  });
  const close = make("button", { type: "button", className: "action" }, word("actions.close"));
  close.addEventListener("click", () => closePanel(turn, true));
  const row = make("div", { className: "action-row" }, copy);
  if (navigator.share) {
    const send = make("button", { type: "button", className: "action" }, word("actions.share_send"));
    // Closing the sheet of the phone rejects the promise; nothing went wrong then.
    send.addEventListener("click", () => navigator.share({ title: document.title, url: address }).catch(() => {}));
    row.append(send);
  }
  row.append(close);
  const term = days ? [make("p", { className: "hint" }, word("actions.share_days", { days }))] : [];
  return make(
    "div",
    { className: "action-panel" },
    make("label", { htmlFor: field.id, className: "comment-label" }, word("actions.share_link")),
    field,
    make("p", { className: "hint" }, word("actions.share_hint")),
    ...term,
    told,
    row,
  );
};

/** Make a link to a turn's answer and show it. */
export const share = async (turn, opener) => {
  if (opener.getAttribute("aria-expanded") === "true") return closePanel(turn, true);
  if (opener.disabled) return;
  opener.disabled = true;
  say(turn, word("actions.share_wait"), "quiet");
  try {
    const { address, days } = await post("/page/share", { receipt: turn.dataset.receipt });
    const path = address.startsWith(at("/")) ? address : at(address);
    const panel = panelOf(turn, new URL(path, window.location.href).href, days);
    openPanel(turn, opener, panel);
    announce(word("actions.share_ready"));
    panel.querySelector("input").focus();
  } catch (error) {
    say(turn, error.message || word("actions.share_failed"), "fault");
    opener.disabled = false;
    opener.focus();
  } finally {
    opener.disabled = false;
  }
};
