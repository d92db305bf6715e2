// Shows a passage named in the fragment (#char=512,590): the server marks it, this only asks it to and scrolls there.
(() => {
  "use strict";

  const show = () => {
    const named = /^#char=(\d{1,12}),(\d{1,12})$/.exec(location.hash);
    if (named) {
      const query = new URLSearchParams(location.search);
      if (query.get("start") !== named[1] || query.get("end") !== named[2]) {
        query.set("start", named[1]);
        query.set("end", named[2]);
        location.replace(`${location.pathname}?${query}${location.hash}`);
        return;
      }
    }
    const quote = document.getElementById("quote");
    if (quote && (named || !location.hash)) {
      quote.scrollIntoView({ block: "center" });
      quote.focus({ preventScroll: true });
    }
  };

  window.addEventListener("hashchange", show);
  show();
})();
