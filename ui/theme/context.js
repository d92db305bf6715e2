// What every script of the page shares: its words, its addresses, the question box, the chosen place.
const meta = document.getElementById("page-words");
const words = JSON.parse((meta && meta.dataset.words) || "{}");
const prefix = (meta && meta.dataset.prefix) || "";

/** Language of the page as a BCP 47 tag. */
export const language = (meta && meta.dataset.lang) || "zh-Hans";

/** The path of this site with the prefix that it is served under. */
export const at = (path) => prefix + path;

/** A word of the page by its key without `js.`, with `{name}` filled in. */
export const word = (key, values = {}) =>
  (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** The box in which a question is written; null while the page is still being built. */
export const box = () => document.querySelector("#question textarea, textarea[data-role=question]");

/** Write into the box as if somebody had typed it: the framework behind it listens for the event. */
export const setBox = (text) => {
  const found = box();
  if (!found) return;
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(found, text);
  found.dispatchEvent(new Event("input", { bubbles: true }));
};

/** The place chosen for the next question, "" for all places. */
export const chosenPlace = () => {
  const picker = document.querySelector("select[data-role=place]");
  return picker ? picker.value : "";
};

/** Choose a place; one that the list does not have is left out. Tells it on `document` as `policychat:place`. */
export const choosePlace = (name) => {
  const picker = document.querySelector("select[data-role=place]");
  if (!picker || picker.value === name || ![...picker.options].some((option) => option.value === name)) return;
  picker.value = name;
  picker.dispatchEvent(new Event("change", { bubbles: true }));
};

// The picker may be made anew while the page is built, so its changes are heard here rather than on it.
document.addEventListener("change", (event) => {
  if (!event.target.matches || !event.target.matches("select[data-role=place]")) return;
  document.dispatchEvent(new CustomEvent("policychat:place", { detail: { region: event.target.value } }));
});

/** Keep a choice for a year where the server can read it too, so that every page of the site looks the same. */
export const keepChoice = (name, value) => {
  const path = prefix || "/";
  const age = value ? 31536000 : 0;
  document.cookie = `${name}=${encodeURIComponent(value)}; path=${path}; max-age=${age}; samesite=lax`;
};

/** A choice kept earlier, "" where there is none. */
export const keptChoice = (name) => {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  try {
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  } catch {
    return "";
  }
};

/** Say one short sentence to a screen reader. */
export const announce = (sentence) => {
  const live = document.getElementById("live");
  if (live) live.textContent = sentence;
};
