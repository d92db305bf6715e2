// What the page needs beside Gradio: tell assistive technology what changed, keep the newest answer in view.
(() => {
  "use strict";

  const whenThere = (selector, act) => {
    const found = document.querySelector(selector);
    if (found) return act(found);
    const watch = new MutationObserver(() => {
      const late = document.querySelector(selector);
      if (late) {
        watch.disconnect();
        act(late);
      }
    });
    watch.observe(document.documentElement, { childList: true, subtree: true });
  };

  // Enter that picks a word in an input method must not send a half-written question.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopImmediatePropagation();
    },
    true,
  );

  // Gradio closes its stream of events when nothing is pending; a question that joins in that very moment is answered
  // unheard. Any further event opens the stream again and brings the answer, so one is sent until something is shown.
  let waiting = 0;
  const listen = () => {
    clearInterval(waiting);
    let looks = 0;
    waiting = setInterval(() => {
      looks += 1;
      if (looks > 8) return clearInterval(waiting);
      const nudge = document.querySelector("#nudge");
      if (nudge) nudge.click();
    }, 1500);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.target.closest("#question")) listen();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#ask, .example, .option")) listen();
  });
  if (new URLSearchParams(window.location.search).get("q")) listen();

  whenThere("#conversation", (conversation) => {
    conversation.setAttribute("role", "log");
    conversation.setAttribute("aria-live", "polite");
    let heard = "";
    let seen = "";
    new MutationObserver(() => {
      const newest = conversation.querySelector(".newest");
      if (!newest || newest.textContent === heard) return;
      clearInterval(waiting);
      heard = newest.textContent;
      // An answer grows while it is written; only a new turn moves the page, or reading would be impossible.
      const asked = newest.querySelector(".asked");
      const turn = conversation.querySelectorAll(".turn").length + (asked ? asked.textContent : heard);
      if (turn === seen) return;
      seen = turn;
      const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      newest.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    }).observe(conversation, { childList: true, subtree: true, characterData: true });
  });

  // The box gets its label and hint from the page's own words, whatever language they arrive in.
  whenThere("#question-label", (words) => {
    whenThere("#question textarea", (box) => {
      const follow = () => {
        const label = words.querySelector("label");
        box.id = "question-text";
        if (!label) return;
        box.placeholder = label.dataset.hint;
        box.setAttribute("aria-label", label.textContent);
      };
      follow();
      new MutationObserver(follow).observe(words, { childList: true, subtree: true, characterData: true });
    });
  });

  // The page is sent in one language and may be filled in another; its heading says which.
  whenThere("#head", (head) => {
    const follow = () => {
      const current = head.querySelector("nav a[aria-current]");
      const name = head.querySelector("h1");
      if (current) document.documentElement.lang = current.lang;
      if (name) document.title = name.textContent;
    };
    follow();
    new MutationObserver(follow).observe(head, { childList: true, subtree: true, characterData: true });
  });
})();
