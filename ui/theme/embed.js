// What the page does differently inside another site's frame: Escape closes the panel, and links lead out of it.
import { at } from "./context.js";

if (window.top !== window.self) {
  document.documentElement.dataset.framed = "";

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    // To whoever shows the frame: the message says nothing but that it may be closed.
    window.parent.postMessage("policychat:close", "*");
  });

  // The panel is too small to read a document in, and there is no way back from one.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.protocol === "tel:") return;
      const here = link.origin === window.location.origin && link.pathname === at("/embed");
      if (!here) {
        link.target = "_blank";
        link.rel = "noopener";
      }
    },
    true,
  );
}
