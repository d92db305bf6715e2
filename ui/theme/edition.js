// The switch between the standard edition and the one in large type (长辈版); kept for the server to read.
import { keepChoice } from "./context.js";

const root = document.documentElement;
const isElder = () => root.dataset.edition === "elder";

/** Make every switch on the page say which edition is shown. */
const follow = () => {
  for (const button of document.querySelectorAll("button[data-action=edition]")) {
    button.setAttribute("aria-pressed", String(isElder()));
  }
  // Without scripts the switch is a form; its next press must ask for the other edition.
  for (const input of document.querySelectorAll("input[name=edition]")) {
    input.value = isElder() ? "standard" : "elder";
  }
};

/** Show an edition and keep it. */
const show = (elder) => {
  root.dataset.edition = elder ? "elder" : "standard";
  keepChoice("edition", elder ? "elder" : "");
  follow();
  // An edition in the address would win over the one kept, at the next reload.
  const address = new URL(window.location.href);
  if (address.searchParams.has("edition")) {
    address.searchParams.delete("edition");
    window.history.replaceState(window.history.state, "", address);
  }
};

document.addEventListener("click", (event) => {
  if (!event.target.closest) return;
  const button = event.target.closest("button[data-action=edition]");
  if (!button) return;
  event.preventDefault();
  // What is being read must not jump away when everything above it grows.
  const kept = button.getBoundingClientRect().top;
  show(!isElder());
  window.scrollBy(0, button.getBoundingClientRect().top - kept);
});

// The address may have named the edition on a page that came from a cache of the browser.
window.addEventListener("pageshow", follow);
follow();
