// Print one answer: everything else on the page stays off the paper.
import { at, language, word } from "./context.js";
import { make } from "./actions_panel.js";
// Opens what is folded and writes out the addresses, whatever is printed.
import "./printing.js";

const pathTo = (turn) => {
  const path = [];
  for (let above = turn.parentElement; above && above !== document.documentElement; above = above.parentElement) path.push(above);
  return path;
};

// Some browsers of phones print without telling that they are done; then the next printing tidies up.
let restore = () => {};

/** Print a turn with the day and the address of this site. */
export const printTurn = (turn) => {
  restore();
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long" }).format(new Date());
  const words = word("actions.printed", { date: day, address: new URL(at("/"), window.location.href).href });
  const foot = make("p", { className: "printed-at" }, words);
  const path = pathTo(turn);
  document.body.classList.add("printing-one");
  turn.classList.add("printing");
  path.forEach((above) => above.classList.add("printing-path"));
  turn.append(foot);
  restore = () => {
    restore = () => {};
    foot.remove();
    path.forEach((above) => above.classList.remove("printing-path"));
    turn.classList.remove("printing");
    document.body.classList.remove("printing-one");
  };
  window.print();
};

window.addEventListener("afterprint", () => restore());
