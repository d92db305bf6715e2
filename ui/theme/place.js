// The list of places, made searchable where it is long: an editable combobox with list autocomplete, after the ARIA
// Authoring Practices. The plain list stays beneath it, keeps the choice and tells of changes.
import { keepChoice, word } from "./context.js";

const LONG = 9; // options of a list, "all places" among them, from which on searching beats looking
const SHOWN = 40;

/** What is compared: without spaces, in small letters, full-width letters and digits as plain ones. */
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

const make = (tag, attributes = {}, text = "") => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
};

class PlaceBox {
  constructor(select) {
    this.select = select;
    this.forms = new Map();
    this.matches = [];
    this.active = -1;
    this.build();
    this.takeChoice();
  }

  build() {
    const { select } = this;
    const id = select.id || "place";
    this.input = make("input", {
      id: `${id}-search`,
      type: "text",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      enterkeyhint: "done",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      placeholder: word("place.type"),
    });
    // Reached with the arrow keys already, so it is no stop of its own for the keyboard.
    this.opener = make("button", { type: "button", tabindex: "-1", "aria-label": word("place.open") }, "▾");
    this.list = make("ul", { id: `${id}-list`, role: "listbox", "aria-label": word("place.list"), hidden: "" });
    this.state = make("p", { class: "combobox-state", role: "status" });
    this.root = make("div", { class: "combobox" });
    this.root.append(this.input, this.opener, this.list, this.state);
    for (const label of select.labels ?? []) label.htmlFor = this.input.id;
    select.hidden = true;
    select.after(this.root);

    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("click", () => this.isOpen() || this.open());
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("blur", () => this.leave());
    // The list must not take the focus, or it would close before the press on it has ended.
    for (const part of [this.opener, this.list]) part.addEventListener("mousedown", (event) => event.preventDefault());
    this.opener.addEventListener("click", () => {
      if (this.isOpen()) return this.close();
      this.input.focus();
      return this.open();
    });
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose(this.matches[Number(row.dataset.at)]);
    });
    select.addEventListener("change", () => this.takeChoice());
    // A form that is reset gives the list its first choice back without telling.
    select.form?.addEventListener("reset", () => setTimeout(() => this.takeChoice()));
  }

  isOpen() {
    return !this.list.hidden;
  }

  nameOf(option) {
    return option.value || option.textContent;
  }

  /** All that an option is found by, each form after a space. */
  formsOf(option) {
    const forms = this.forms.get(option) ?? ` ${plain(this.nameOf(option))} ${option.dataset.search ?? ""}`;
    this.forms.set(option, forms);
    return forms;
  }

  takeChoice() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen ? this.nameOf(chosen) : "";
  }

  /** Show the places that fit what is typed, all of them where nothing is; names that begin with it come first. */
  open(typed = "") {
    const wanted = plain(typed);
    const found = [...this.select.options].filter((option) => this.formsOf(option).includes(wanted));
    const begins = (option) => this.formsOf(option).includes(` ${wanted}`);
    this.matches = wanted ? [...found.filter(begins), ...found.filter((option) => !begins(option))] : found;
    this.list.replaceChildren(...this.matches.slice(0, SHOWN).map((option, at) => this.row(option, at)));
    this.list.hidden = this.matches.length === 0;
    this.input.setAttribute("aria-expanded", String(this.isOpen()));
    this.mark(-1);
    const left = this.matches.length - SHOWN;
    if (this.matches.length === 0) this.state.textContent = word("place.none");
    else if (left > 0) this.state.textContent = word("place.more", { count: left });
    else this.state.textContent = word("place.found", { count: this.matches.length });
  }

  row(option, at) {
    const chosen = option === this.select.selectedOptions[0];
    return make(
      "li",
      { id: `${this.list.id}-${at}`, role: "option", "data-at": at, "aria-selected": String(chosen) },
      option.textContent,
    );
  }

  close() {
    this.list.hidden = true;
    this.state.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  mark(at) {
    const rows = this.list.children;
    rows[this.active]?.classList.remove("is-active");
    this.active = rows.length ? at : -1;
    const row = rows[this.active];
    if (!row) return this.input.removeAttribute("aria-activedescendant");
    row.classList.add("is-active");
    row.scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", row.id);
  }

  choose(option) {
    this.close();
    if (!option) return;
    this.input.value = this.nameOf(option);
    if (this.select.value === option.value) return;
    this.select.value = option.value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** On leaving, what was typed out in full is taken, an emptied box is all places, anything else is given up. */
  leave() {
    const typed = plain(this.input.value);
    const same = [...this.select.options].find((option) => plain(this.nameOf(option)) === typed);
    if (typed === "") this.choose(this.select.options[0]);
    else if (same) this.choose(same);
    else this.close();
    this.takeChoice();
  }

  press(event) {
    // A key that picks a word in an input method is not meant for the list.
    if (event.isComposing || event.keyCode === 229) return;
    const act = this.actionOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  actionOf({ key, altKey }) {
    const opened = this.isOpen();
    const move = (next) => () => {
      if (!opened) this.open();
      const last = this.list.children.length - 1;
      this.mark(next(opened ? this.active : -1, last));
    };
    if (key === "ArrowDown" && altKey) return () => opened || this.open();
    if (key === "ArrowUp" && altKey) return () => this.close();
    if (key === "ArrowDown") return move((active, last) => (active < last ? active + 1 : 0));
    if (key === "ArrowUp") return move((active, last) => (active > 0 ? active - 1 : last));
    if (key === "Enter" && opened) return () => (this.active >= 0 ? this.choose(this.matches[this.active]) : this.leave());
    if (key === "Enter") return () => this.leave();
    if (key === "Escape" && opened) {
      return () => {
        this.close();
        this.takeChoice();
      };
    }
    return null;
  }
}

const made = new WeakSet();

/** Make a list of places searchable where it is long. May be called again for lists that came later. */
const enhance = () => {
  const select = document.querySelector("select[data-role=place]");
  if (!select || made.has(select)) return Boolean(select);
  made.add(select);
  if (select.options.length > LONG) new PlaceBox(select);
  return true;
};

document.addEventListener("policychat:place", (event) => keepChoice("region", event.detail.region));

// The page may still be being built around this script, and a framework may build the list anew.
enhance();
new MutationObserver(enhance).observe(document.documentElement, { childList: true, subtree: true });
