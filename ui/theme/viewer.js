// The source viewer: brings the quoted passage into view, and leads back to where the reader came from.

/** The passage that the fragment names (#char=512,590), as two numbers in words; null where it names none. */
const named = () => /^#char=(\d{1,12}),(\d{1,12})$/.exec(location.hash);

/** Bring an element into view and let the keyboard go on from there. */
const bring = (element, block) => {
  element.scrollIntoView({ block });
  element.focus({ preventScroll: true });
};

/** Show the passage. The server marks it; where the fragment names another one, this only asks the server for that. */
const show = () => {
  const wanted = named();
  if (wanted) {
    const query = new URLSearchParams(location.search);
    if (query.get("start") !== wanted[1] || query.get("end") !== wanted[2]) {
      query.set("start", wanted[1]);
      query.set("end", wanted[2]);
      location.replace(`${location.pathname}?${query}${location.hash}`);
      return;
    }
  }
  const quote = document.getElementById("quote");
  if (quote && (wanted || !location.hash)) bring(quote, "center");
};

/** The page before this one in the browser's history is the one that was asked on. */
const cameFromQuestion = () => {
  if (history.length < 2 || !document.referrer) return false;
  const before = new URL(document.referrer);
  const here = location.pathname.replace(/\/[^/]*$/, "/");
  return before.origin === location.origin && !before.pathname.startsWith(here);
};

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!link) return;
  if (link.classList.contains("back") && cameFromQuestion()) {
    event.preventDefault();
    history.back();
    return;
  }
  const target = link.hash && link.pathname === location.pathname && document.getElementById(link.hash.slice(1));
  if (!target) return;
  // Walking about in the text makes no steps in the history: one step back is always the question.
  event.preventDefault();
  link.closest("details.contents")?.removeAttribute("open");
  history.replaceState(history.state, "", link.hash);
  if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
  bring(target, target.id === "quote" ? "center" : "start");
});

// What is folded away is still part of the document on paper.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details.findings:not([open])")];
  for (const details of folded) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});

window.addEventListener("hashchange", show);
show();
