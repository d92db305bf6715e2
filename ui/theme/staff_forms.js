// What somebody is writing in a form of the desk (data-keep) outlives a reload; it is forgotten once it is sent.
import { keep, kept } from "./staff_kept.js";

const written = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, input[type=text], input[type=date]"));

for (const form of document.querySelectorAll("form[data-keep]")) {
  const name = `form:${form.dataset.keep}:${form.elements.q?.value ?? ""}`;
  const before = kept(name) ?? {};
  for (const one of written(form)) {
    const was = before[one.name];
    // Only over the words it was written over: the answer may be another one by now.
    if (was && was.over === one.defaultValue) one.value = was.words;
  }
  form.addEventListener("input", () => {
    const changed = written(form).filter((one) => one.value !== one.defaultValue);
    keep(name, Object.fromEntries(changed.map((one) => [one.name, { over: one.defaultValue, words: one.value }])));
  });
  form.addEventListener("submit", () => keep(name, null));
}
