// Keep what is typed into a form until it is stored: through a reload, an ended sign-in, the button "back". Without it the form works too.
import { keep, kept } from "./staff_kept.js";

const PREFIX = "draft:";
const WAIT_MS = 150;

function fields(form) {
  return [...form.elements].filter((field) => field.name && field.matches("textarea, select, input:not([type=hidden])"));
}

function values(form) {
  return Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
}

function put(form, typed) {
  for (const field of fields(form)) {
    if (Object.hasOwn(typed, field.name)) field.value = typed[field.name];
  }
}

function differs(typed, shown) {
  return Object.keys(typed).some((name) => name in shown && typed[name] !== shown[name]);
}

function offerToDrop(form, shown, name) {
  const told = document.createElement("p");
  const drop = document.createElement("button");
  told.className = "told";
  told.setAttribute("role", "status");
  told.textContent = `${form.dataset.found} `;
  drop.type = "button";
  drop.textContent = form.dataset.drop;
  drop.addEventListener("click", () => {
    put(form, shown);
    keep(name, null);
    told.remove();
    fields(form)[0].focus();
  });
  told.append(drop);
  form.before(told);
}

function watch(form) {
  const name = PREFIX + form.dataset.draft;
  const shown = values(form);
  const typed = kept(name);
  let timer = 0;
  let sent = false;
  const save = () => {
    clearTimeout(timer);
    if (!sent) keep(name, differs(values(form), shown) ? values(form) : null);
  };
  if (typed && differs(typed, shown)) {
    put(form, typed);
    form.closest("details")?.setAttribute("open", "");
    offerToDrop(form, shown, name);
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  });
  form.addEventListener("change", save);
  // Kept until the next page says that it is stored: the sign-in may have ended meanwhile.
  form.addEventListener("submit", () => {
    save();
    sent = true;
  });
  addEventListener("pagehide", save);
}

// The address of the page after a form names the draft that is stored now.
const query = new URLSearchParams(location.search);
if (query.has("stored")) {
  keep(PREFIX + query.get("stored"), null);
  query.delete("stored");
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

for (const form of document.querySelectorAll("form[data-draft]")) watch(form);
