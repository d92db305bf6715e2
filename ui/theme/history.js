// The list of conversations kept in this browser: open, rename, delete one (with a way back), delete all.
import { announce, language, word } from "./context.js";
import { halt } from "./asking.js";
import { openConversation, startNew } from "./conversation.js";
import { bringBack, conversation, conversations, here, remove, rename } from "./kept.js";

const UNDO_MS = 10_000;
const MOST_TITLE = 60;

const panel = () => document.getElementById("history");
const part = (name) => panel()?.querySelector(`.history-${name}`);
const toggle = () => document.querySelector(".history-toggle");
const row = (id) => panel()?.querySelector(`li[data-id="${id}"]`);

let renaming = null;
let undo = null;
let undoTimer = 0;

const node = (tag, name, ...children) => {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...children);
  return made;
};

const button = (name, text, label = "") => {
  const made = node("button", `button ${name}`, text);
  made.type = "button";
  if (label) made.setAttribute("aria-label", label);
  return made;
};

const titleOf = (record) => {
  const title = record.title ?? record.turns[0].question;
  const characters = [...title.replace(/\s+/g, " ").trim()];
  return characters.length > MOST_TITLE ? `${characters.slice(0, MOST_TITLE).join("")}…` : characters.join("");
};

const day = (at) => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));

const rowOf = (record) => {
  const title = titleOf(record);
  const item = node("li", "history-item");
  item.dataset.id = record.id;
  if (renaming === record.id) {
    item.append(renameForm(record, title));
    return item;
  }
  const when = node("time", "history-when", day(record.at));
  when.dateTime = new Date(record.at).toISOString();
  const open = node("button", "history-open", node("bdi", "history-title", title), " ", when);
  open.type = "button";
  if (record.id === here().id) {
    open.setAttribute("aria-current", "true");
    open.append(" ", node("span", "history-here", word("history.here")));
  }
  item.append(
    open,
    button("history-rename", word("history.rename"), word("history.rename.of", { title })),
    button("history-delete", word("history.delete"), word("history.delete.of", { title })),
  );
  return item;
};

const renameForm = (record, title) => {
  const input = node("input", "history-name");
  input.value = title;
  input.maxLength = MOST_TITLE;
  input.autocomplete = "off";
  const label = node("label", "history-name-label", word("history.name"), input);
  const save = button("history-save", word("history.save"));
  save.type = "submit";
  const form = node("form", "history-form", label, save, button("history-cancel", word("history.cancel")));
  form.dataset.id = record.id;
  return form;
};

/** Write the list anew; the focus stays on the same button of the same conversation. */
const refresh = () => {
  if (!panel() || panel().hidden) return;
  const held = panel().contains(document.activeElement) ? document.activeElement : null;
  const heldRow = held?.closest("li")?.dataset.id;
  const typed = renaming ? part("name")?.value : undefined;
  const records = conversations();
  part("list").replaceChildren(...records.map(rowOf));
  part("empty").hidden = records.length > 0;
  part("clear").hidden = records.length === 0 || !part("confirm").hidden;
  if (!records.length) part("confirm").hidden = true;
  if (typed !== undefined && part("name")) part("name").value = typed;
  if (heldRow && held.classList.length) row(heldRow)?.querySelector(`.${[...held.classList].pop()}`)?.focus();
};

const show = (visible) => {
  panel().hidden = !visible;
  toggle().setAttribute("aria-expanded", String(visible));
  if (visible) refresh();
};

const endRenaming = (id) => {
  renaming = null;
  refresh();
  row(id)?.querySelector(".history-rename")?.focus();
};

const deleteOne = (id) => {
  const record = conversation(id);
  if (!record) return refresh();
  const title = titleOf(record);
  const mine = here().id === id;
  // What is under way belongs to what is deleted: it must not be kept afterwards.
  if (mine) halt();
  undo = { records: remove([id]), mine };
  if (mine) startNew(word("history.deleted", { title }));
  part("undo-words").textContent = word("history.deleted", { title });
  part("undo").hidden = false;
  part("undo-button").focus();
  announce(word("history.deleted.undo", { title }));
  return waitForUndo();
};

const waitForUndo = () => {
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => {
    // Whoever works by keyboard gets the time that it takes to get there.
    if (part("undo-button")?.matches(":focus-visible")) waitForUndo();
    else endUndo();
  }, UNDO_MS);
};

const endUndo = () => {
  clearTimeout(undoTimer);
  undo = null;
  if (!part("undo")) return;
  const held = part("undo").contains(document.activeElement);
  part("undo").hidden = true;
  if (held) toggle().focus();
};

const takeBack = () => {
  const { records, mine } = undo;
  endUndo();
  bringBack(records);
  announce(word("history.undone"));
  // Only where nothing has been asked since does the page go back to it.
  if (mine && !here().turns.length) openConversation(records[0].id);
  else row(records[0].id)?.querySelector(".history-open")?.focus();
};

const askClear = (asking) => {
  part("confirm").hidden = !asking;
  part("clear").hidden = asking;
  (asking ? part("keep") : part("clear")).focus();
};

const deleteAll = () => {
  halt();
  endUndo();
  renaming = null;
  remove([...new Set([...conversations().map((record) => record.id), here().id])]);
  startNew(word("history.cleared"));
  toggle().focus();
};

const pressed = (found) => {
  const id = found.closest("[data-id]")?.dataset.id;
  if (found.matches(".history-toggle")) show(panel().hidden);
  else if (found.matches(".history-open")) {
    show(false);
    openConversation(id);
  } else if (found.matches(".history-rename")) {
    renaming = id;
    refresh();
    part("name").select();
  } else if (found.matches(".history-cancel")) endRenaming(id);
  else if (found.matches(".history-delete")) deleteOne(id);
  else if (found.matches(".history-undo-button")) takeBack();
  else if (found.matches(".history-clear")) askClear(true);
  else if (found.matches(".history-keep")) askClear(false);
  else if (found.matches(".history-clear-now")) deleteAll();
};

document.addEventListener("click", (event) => {
  const found = event.target.closest?.(".history-toggle, #history button");
  if (found && found.type !== "submit") pressed(found);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest?.(".history-form");
  if (!form) return;
  event.preventDefault();
  const { id } = form.dataset;
  const title = form.querySelector("input").value;
  renaming = null;
  // Its own first question given as a title is no title.
  if (title !== titleOf(conversation(id) ?? { title, turns: [] })) rename(id, title);
  endRenaming(id);
  announce(word("history.renamed"));
});
// Escape closes what is open here first; an answer under way is stopped by the next one.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || event.isComposing || !panel()?.contains(event.target)) return;
    event.preventDefault();
    if (renaming) endRenaming(renaming);
    else if (!part("confirm").hidden) askClear(false);
    else {
      show(false);
      toggle().focus();
    }
  },
  true,
);
document.addEventListener("policychat:kept", refresh);
document.addEventListener("policychat:conversation", refresh);
