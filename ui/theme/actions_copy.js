// Copy an answer, or a passage of it, with the label and the sources that belong to it.
import { word } from "./context.js";
import { closePanel, make, openPanel, say } from "./actions_panel.js";

/** A shorter passage is a name or a number that somebody wants to type elsewhere, not a quotation. */
const SIGNED_FROM = 20;

/** The lines of an answer's text as the server wrote them, with whole addresses: `{kind, text, link}`. */
const linesOf = (turn) => {
  const kept = turn.querySelector("template.copy-text");
  return [...(kept ? kept.content.children : [])].map((line) => {
    const anchor = line.querySelector("a");
    if (!anchor) return { kind: line.dataset.kind, text: line.textContent, link: "" };
    const link = new URL(anchor.getAttribute("href"), window.location.href).href;
    const before = line.textContent.slice(0, line.textContent.length - anchor.textContent.length);
    return { kind: line.dataset.kind, text: before, link };
  });
};

const asText = (lines) => lines.map((line) => line.text + line.link).join("\n");

// Built as nodes, so that no text of a question or a document is ever read as markup.
const asHtml = (lines) => {
  const whole = make("div");
  for (const line of lines.filter((one) => one.kind !== "gap")) {
    const [first, ...more] = line.text.split("\n");
    const words = [first, ...more.flatMap((text) => [make("br"), text])];
    const strong = line.kind === "question" || line.kind === "heading";
    const row = make("p", {}, ...(strong ? [make("strong", {}, ...words)] : words));
    if (line.link) row.append(make("a", { href: line.link }, line.link));
    whole.append(row);
  }
  return whole.innerHTML;
};

const byClipboard = async (text, html) => {
  const kinds = { "text/plain": text, "text/html": html };
  const blobs = Object.entries(kinds).map(([type, value]) => [type, new Blob([value], { type })]);
  await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
};

// Without https a page has no clipboard of its own; the old command copies whatever the copy event is given.
const byCommand = (text, html) => {
  const before = document.activeElement;
  const held = make("textarea", { value: text, readOnly: true, className: "action-held" });
  held.setAttribute("aria-hidden", "true");
  document.body.append(held);
  held.focus({ preventScroll: true });
  held.setSelectionRange(0, text.length);
  let given = false;
  const give = (event) => {
    event.stopImmediatePropagation();
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    event.clipboardData.setData("text/html", html);
    given = true;
  };
  document.addEventListener("copy", give, { capture: true, once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", give, { capture: true });
  held.remove();
  if (before) before.focus({ preventScroll: true });
  return done && given;
};

/** Put text on the clipboard in both forms; false where the browser does not allow it. */
export const toClipboard = async (text, html) => {
  if (window.isSecureContext && navigator.clipboard && navigator.clipboard.write && window.ClipboardItem) {
    try {
      await byClipboard(text, html);
      return true;
    } catch {
      // Refused by a setting or inside a frame: the old way may still work.
    }
  }
  return byCommand(text, html);
};

const byHand = (turn, opener, text) => {
  const shown = make("textarea", { value: text, readOnly: true, rows: 8 });
  shown.setAttribute("aria-label", word("actions.copy_text"));
  const close = make("button", { type: "button", className: "action" }, word("actions.close"));
  close.addEventListener("click", () => closePanel(turn, true));
  const hint = make("p", { className: "hint" }, word("actions.copy_by_hand"));
  openPanel(turn, opener, make("div", { className: "action-panel" }, hint, shown, close));
  shown.focus();
  shown.select();
};

/** Copy a whole answer: question, statements, label, notices, sources. */
export const copyAnswer = async (turn, opener) => {
  const lines = linesOf(turn);
  if (await toClipboard(asText(lines), asHtml(lines))) say(turn, word("actions.copied"));
  else byHand(turn, opener, asText(lines));
};

/** Add the label and the sources to a passage of an answer that somebody copies by hand. */
export const sign = (event) => {
  const selection = document.getSelection();
  if (!selection || !selection.rangeCount || event.defaultPrevented || !event.clipboardData) return;
  const range = selection.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const element = inside.nodeType === Node.ELEMENT_NODE ? inside : inside.parentElement;
  const turn = element && element.closest(".turn");
  const text = selection.toString();
  if (!turn || text.trim().length <= SIGNED_FROM || document.activeElement?.matches("input, textarea")) return;
  const said = turn.querySelector(".statements");
  const cited = [...text.matchAll(/\[\d+\]/g)].map(([mark]) => mark);
  const lines = linesOf(turn).filter(({ kind, text: words }) => {
    // A passage of the quoted source is nobody's writing but the source's.
    if (kind === "label") return said && range.intersectsNode(said) && !text.includes(words);
    const marks = words.slice(0, words.indexOf(" "));
    return kind === "source" && (!cited.length || cited.some((mark) => marks.includes(mark)));
  });
  if (!lines.length) return;
  const passage = make("div");
  passage.append(range.cloneContents());
  event.clipboardData.setData("text/plain", `${text}\n\n${asText(lines)}`);
  event.clipboardData.setData("text/html", passage.innerHTML + asHtml(lines));
  event.preventDefault();
};
