// What the browser keeps of an operator's work: until the window is closed or somebody signs out, and only for that account.
const ALL = "staff:";
const MINE = `${ALL}${document.body.dataset.account}:`;

function ours() {
  return Object.keys(sessionStorage).filter((key) => key.startsWith(ALL));
}

/** Return what was kept under a name in this window by this account, null where nothing was. */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(MINE + name));
  } catch {
    return null;
  }
}

/** Keep a value until this account signs out or the window is closed; `null` forgets it. */
export function keep(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(MINE + name);
    else sessionStorage.setItem(MINE + name, JSON.stringify(value));
  } catch {
    // A full or forbidden store: the page works without it.
  }
}

/** Forget what other accounts left in this window. */
export function forgetOthers() {
  try {
    for (const key of ours()) if (!key.startsWith(MINE)) sessionStorage.removeItem(key);
  } catch {
    // Nothing can be kept here, so nothing is left either.
  }
}

/** Forget everything, whoever left it. */
export function forgetAll() {
  try {
    for (const key of ours()) sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
}

/** Forget what this account kept: the next caller is on the line. */
export function forgetMine() {
  try {
    for (const key of ours()) if (key.startsWith(MINE)) sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
}
