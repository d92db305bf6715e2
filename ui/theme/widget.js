// The button on another site's page that opens the assistant in a frame. One function, nothing global, no library.
// The server puts the words of the three languages in the last line.
((words) => {
  const script = document.currentScript;
  if (!script) return;
  const base = new URL(".", script.src);
  const wish = script.dataset;

  const spoken = () => {
    const tag = (wish.lang || document.documentElement.lang || navigator.language || "").toLowerCase();
    if (/^zh-(hant|tw|hk|mo)/.test(tag)) return "zh-Hant";
    return tag.startsWith("en") ? "en" : "zh-Hans";
  };
  const language = spoken();
  const say = words[language];

  const address = (path) => {
    const found = new URL(path, base);
    found.searchParams.set("lang", language);
    if (wish.region) found.searchParams.set("region", wish.region);
    return found.href;
  };

  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const light = (channel) => (channel <= 10.31475 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4);

  /** White or black, whichever is read better on this colour (WCAG 2 relative luminance). */
  const ink = (colour) => {
    const [red, green, blue] = (colour.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
    const luminance = 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
    return 1.05 / (luminance + 0.05) >= 4.5 ? "#ffffff" : "#000000";
  };

  const style = `
    :host { all: initial; }
    .box { font: 500 18px/1.4 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    button, a { box-sizing: border-box; min-height: 44px; padding: 8px 16px; border: 0; border-radius: 8px;
      background: transparent; color: inherit; font: inherit; text-decoration: none; cursor: pointer; }
    a { display: inline-flex; align-items: center; text-decoration: underline; }
    :focus-visible { outline: 3px solid #ffbf00; outline-offset: 2px; box-shadow: 0 0 0 2px #000; }
    .open { position: fixed; bottom: 16px; z-index: 2147483000; min-height: 48px; border: 2px solid #fff;
      border-radius: 24px; background: var(--colour); color: var(--ink); box-shadow: 0 2px 10px #0006; }
    .panel { position: fixed; bottom: 76px; z-index: 2147483000; display: flex; flex-direction: column;
      width: min(420px, calc(100vw - 32px)); height: min(680px, calc(100vh - 92px)); overflow: hidden;
      border: 1px solid #767676; border-radius: 10px; background: var(--colour); box-shadow: 0 4px 24px #0006; }
    .panel[hidden] { display: none; }
    .right { right: 16px; } .left { left: 16px; }
    .bar { display: flex; align-items: center; color: var(--ink); }
    .bar span { flex: 1; padding: 0 14px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
    iframe { flex: 1; width: 100%; border: 0; background: #fff; }
    @media (max-width: 480px), (max-height: 480px) {
      .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; }
    }
    @media print { .box { display: none; } }`;

  /** Put the style in without an inline style sheet where the browser can: the site's own policy may forbid those. */
  const dress = (root) => {
    if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
      root.adoptedStyleSheets = [sheet];
    } else root.append(make("style", { textContent: style }));
  };

  const build = () => {
    // Included twice, it is still one button.
    if (document.querySelector(`policychat-widget[data-site="${CSS.escape(base.href)}"]`)) return;
    const host = document.createElement("policychat-widget");
    host.dataset.site = base.href;
    const root = host.attachShadow({ mode: "open" });
    dress(root);

    const side = wish.position === "left" ? "left" : "right";
    const opener = make("button", { type: "button", className: `open ${side}`, textContent: say.open });
    const closer = make("button", { type: "button", textContent: say.close });
    const tab = make("a", { href: address("."), target: "_blank", rel: "noopener", textContent: say.tab });
    const bar = make("div", { className: "bar" }, make("span", { textContent: say.title }), tab, closer);
    const panel = make("section", { id: "panel", className: `panel ${side}`, hidden: true }, bar);
    const box = make("div", { className: "box", lang: language }, opener, panel);
    panel.setAttribute("aria-label", say.title);
    opener.setAttribute("aria-controls", "panel");
    opener.setAttribute("aria-expanded", "false");
    root.append(box);
    document.body.append(host);

    const colour = CSS.supports("color", wish.colour || "") ? wish.colour : "#0b4f8a";
    box.style.setProperty("--colour", colour);
    box.style.setProperty("--ink", ink(getComputedStyle(opener).backgroundColor));

    let frame = null;
    const toggle = (open) => {
      if (open && !frame) {
        frame = make("iframe", { title: say.title });
        // Its own origin, so that it keeps its conversation and may ask its server; no way to move the site's page.
        frame.setAttribute(
          "sandbox",
          "allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads",
        );
        frame.allow = "clipboard-write";
        frame.src = address("embed");
        panel.append(frame);
      }
      panel.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
      (open ? frame : opener).focus();
    };

    opener.addEventListener("click", () => toggle(panel.hidden));
    closer.addEventListener("click", () => toggle(false));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    window.addEventListener("message", (event) => {
      const ours = frame && event.source === frame.contentWindow && event.origin === base.origin;
      if (ours && event.data === "policychat:close" && !panel.hidden) toggle(false);
    });
  };

  if (document.body) build();
  else document.addEventListener("DOMContentLoaded", build);
})(__SITE__);
