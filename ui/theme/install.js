// Registers the worker that keeps files and has a page for times without a line; offers to put the site on the desktop.
import { announce, at, language, word } from "./context.js";

const framed = window.top !== window.self;

const LATER_MS = 3_000; // On a slow line the worker's files must not compete with those of the page.

const register = () => {
  navigator.serviceWorker.register(at(`/sw.js?lang=${language}`), { scope: at("/"), updateViaCache: "none" }).catch(() => {});
};

if ("serviceWorker" in navigator && !framed) {
  const later = () => setTimeout(register, LATER_MS);
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later);
}

const makeButton = (offer) => {
  const place = document.querySelector("[data-role=install], .site-foot, #foot, footer");
  if (!place || document.getElementById("install")) return;
  const button = document.createElement("button");
  button.id = "install";
  button.type = "button";
  button.className = "install";
  button.textContent = word("install");
  button.addEventListener("click", async () => {
    await offer.prompt();
    // An offer can be made once; the browser sends another when it may be made again.
    button.remove();
  });
  place.append(button);
};

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  if (!framed) makeButton(event);
});

window.addEventListener("appinstalled", () => {
  document.getElementById("install")?.remove();
  announce(word("install.done"));
});
