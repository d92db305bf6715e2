// On every page of the desk: nothing of one operator's caller is left for whoever sits down next.
import { forgetAll, forgetOthers } from "./staff_kept.js";

const account = document.body.dataset.account ?? "";
// Milliseconds for the sign-out of another window to reach the server before this one asks who is there.
const SIGNING_OUT_MS = 600;
const windows = "BroadcastChannel" in window ? new BroadcastChannel("staff") : null;

function leave() {
  forgetAll();
  document.body.replaceChildren();
  location.replace(location.pathname);
}

if (account) {
  forgetOthers();
  windows?.postMessage({ account });
}
windows?.addEventListener("message", ({ data }) => {
  if (!account || data.account === account) return;
  setTimeout(leave, data.account ? 0 : SIGNING_OUT_MS);
});
for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", () => {
    forgetAll();
    windows?.postMessage({ account: "" });
  });
}
// A page that the button "back" brings out of the browser's memory is asked for anew: somebody else may be signed in.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
