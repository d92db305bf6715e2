// What paper needs beside print.css: folded quotes are opened, and links to sources carry their whole address.
const opened = new Set();

window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll(".turn details:not([open]):not(.related)")) {
    folded.open = true;
    opened.add(folded);
  }
  // The passage stands in the query too; the fragment would only make the address longer to type.
  for (const link of document.querySelectorAll(".turn a.open")) link.dataset.address = link.href.split("#")[0];
});

window.addEventListener("afterprint", () => {
  for (const folded of opened) folded.open = false;
  opened.clear();
});
