// Conversations kept in this browser. Each has an entry of its own, so that two tabs do not write over each other.
const ENTRY = "policychat.conversations.1."; // The number is the format's: another one is another program's business.
const DELETED = "policychat.deleted";
const MOST_CONVERSATIONS = 100;
const MOST_TURNS = 100;
const MOST_EARLIER = 10; // As many as the server reads.
const ID = /^[0-9a-f]{16}$/;

/** Turns without an answer to show: under way, stopped by the reader, failed. */
export const OPEN = new Set(["asking", "stopped", "failed"]);

const usable = (name) => {
  try {
    const storage = window[name];
    try {
      storage.setItem("policychat.probe", "1");
      storage.removeItem("policychat.probe");
    } catch (error) {
      // Full is not blocked: room can be made. A storage that is full while empty holds nothing at all.
      if (!storage.length) throw error;
    }
    return storage;
  } catch {
    return null;
  }
};

const memory = new Map();
const inMemory = {
  getItem: (key) => memory.get(key) ?? null,
  setItem: (key, value) => memory.set(key, value),
  removeItem: (key) => memory.delete(key),
  keys: () => [...memory.keys()],
};
let storage = usable("localStorage") ?? inMemory;
const session = usable("sessionStorage");

/** Whether conversations outlive this page. */
export const isKept = () => storage !== inMemory;

// What belongs to this tab alone stands in sessionStorage; where that is blocked, in the entry of the tab's own history,
// which also survives a reload and the way back from another page.
const ofTab = session ? {} : { ...(Object(history.state).policychat ?? {}) };
const mirror = () => {
  try {
    history.replaceState({ ...Object(history.state), policychat: ofTab }, "");
  } catch {
    // Nothing more can be done: the conversation lives as long as the page.
  }
};
if (!session) window.addEventListener("hashchange", mirror);

/** A text kept for this tab, null where there is none. */
export const readTab = (name) => (session ? session.getItem(`policychat.${name}`) : ofTab[name]) ?? null;

/** Keep a text for this tab; null removes it. */
export const writeTab = (name, value) => {
  if (!session) {
    ofTab[name] = value;
    mirror();
    return;
  }
  try {
    if (value === null) session.removeItem(`policychat.${name}`);
    else session.setItem(`policychat.${name}`, value);
  } catch {
    session.removeItem(`policychat.${name}`);
  }
};

/** A name of sixteen hexadecimal digits. `crypto.randomUUID` is missing where a site has no certificate. */
export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const read = (text) => {
  try {
    const value = JSON.parse(text ?? "null");
    if (!value || !ID.test(value.id) || !Array.isArray(value.turns)) return null;
    const turns = value.turns.filter((turn) => turn && ID.test(turn.id) && typeof turn.question === "string");
    return { ...value, at: Number(value.at) || 0, title: value.title ? String(value.title) : null, turns };
  } catch {
    return null;
  }
};

const entries = () => (isKept() ? Object.keys(storage) : storage.keys()).filter((key) => key.startsWith(ENTRY));

/** Every conversation with at least one question, the newest first. */
export const conversations = () => {
  const found = entries().map((key) => read(storage.getItem(key)));
  return found.filter((one) => one && one.turns.length).sort((one, other) => other.at - one.at);
};

/** One conversation, null where it is not kept (any more). */
export const conversation = (id) => read(storage.getItem(ENTRY + id));

const changed = () => document.dispatchEvent(new CustomEvent("policychat:kept"));

const put = (record) => {
  let fitting = record;
  let others = null;
  for (;;) {
    try {
      storage.setItem(ENTRY + record.id, JSON.stringify(fitting));
      break;
    } catch {
      others ??= conversations().filter((other) => other.id !== record.id);
      if (others.length) storage.removeItem(ENTRY + others.pop().id);
      else if (fitting.turns.length > 1) fitting = { ...fitting, turns: fitting.turns.slice(1) };
      else {
        storage.removeItem(ENTRY + record.id);
        storage = inMemory;
        fitting = record;
      }
    }
  }
  if (!isKept()) writeTab("conversation", JSON.stringify(record));
  changed();
};

const deleted = () => {
  try {
    const ids = JSON.parse(storage.getItem(DELETED) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
};

const setDeleted = (ids) => {
  try {
    storage.setItem(DELETED, JSON.stringify(ids.slice(-MOST_CONVERSATIONS)));
  } catch {
    // Full: other tabs then do not hear of it; what was deleted is gone all the same.
  }
};

/** Delete conversations; other tabs that show one forget it too. Returns what `bringBack` takes. */
export const remove = (ids) => {
  const records = ids.map(conversation).filter(Boolean);
  ids.forEach((id) => storage.removeItem(ENTRY + id));
  setDeleted([...deleted(), ...ids]);
  if (!isKept()) writeTab("conversation", null);
  changed();
  return records;
};

/** Undo a deletion. */
export const bringBack = (records) => {
  const ids = new Set(records.map((record) => record.id));
  setDeleted(deleted().filter((id) => !ids.has(id)));
  records.forEach(put);
};

/** Give a conversation a title; an empty one gives it back its first question. */
export const rename = (id, title) => {
  const found = conversation(id);
  if (found) put({ ...found, title: title.trim() || null });
};

// The conversation of this tab. `dropped` are turns that must not come back from what was kept earlier.
let current = null;
let dropped = new Set();

/** The conversation that this tab is in. */
export const here = () => {
  if (!current && !isKept()) {
    const carried = read(readTab("conversation"));
    if (carried) memory.set(ENTRY + carried.id, JSON.stringify(carried));
  }
  current ??= conversation(readTab("current") ?? "") ?? beginConversation();
  return current;
};

/** Begin a conversation in this tab; it is kept from its first question on. */
export const beginConversation = () => {
  dropped = new Set();
  current = { id: newId(), title: null, at: Date.now(), turns: [] };
  writeTab("current", current.id);
  return current;
};

/** Go on with a kept conversation in this tab; null where it is not kept any more. */
export const goOnWith = (id) => {
  const found = conversation(id);
  if (!found) return null;
  dropped = new Set();
  current = found;
  writeTab("current", id);
  return found;
};

/** Keep a turn as it now is. A turn that is new, or asked again, stands last. */
export const keepTurn = (turn, last = false) => {
  const mine = here();
  if (deleted().includes(mine.id)) {
    // Deleted in another tab while this one slept: only what is asked from now on is kept.
    beginConversation();
    return keepTurn(turn, last);
  }
  const others = mine.turns.filter((other) => other.id !== turn.id);
  // A clock that was set back must not turn the order round.
  if (last) turn.at = Math.max(Date.now(), ...others.map((other) => other.at + 1));
  mine.turns = [...others, { ...turn }].sort((one, other) => one.at - other.at).slice(-MOST_TURNS);
  save(mine);
  return undefined;
};

/** Take a turn out, as if it had not been asked. */
export const dropTurn = (id) => {
  dropped.add(id);
  const mine = here();
  mine.turns = mine.turns.filter((turn) => turn.id !== id);
  save(mine);
};

const save = (mine) => {
  const stored = conversation(mine.id);
  const turns = new Map((stored?.turns ?? []).filter((turn) => !dropped.has(turn.id)).map((turn) => [turn.id, turn]));
  for (const turn of mine.turns) {
    // A copy of this tab may have heard the answer that this one has not.
    if (!turns.get(turn.id)?.receipt || turn.receipt) turns.set(turn.id, turn);
  }
  const merged = [...turns.values()].sort((one, other) => one.at - other.at).slice(-MOST_TURNS);
  if (!merged.length) {
    storage.removeItem(ENTRY + mine.id);
    changed();
    return;
  }
  put({ id: mine.id, title: stored?.title ?? null, at: Date.now(), turns: merged });
  // Read only when there are too many: this happens at every question, and all of them together are long.
  if (entries().length <= MOST_CONVERSATIONS) return;
  conversations()
    .slice(MOST_CONVERSATIONS)
    .forEach((old) => storage.removeItem(ENTRY + old.id));
};

/**
 * The earlier questions that a new one may go on from, each with the place chosen for it. Choosing another place begins
 * anew. Where none is chosen now, a place picked in answer to a question back goes on.
 */
export const earlierQuestions = (region) => {
  const earlier = [];
  for (const turn of [...here().turns].reverse()) {
    if (OPEN.has(turn.status)) continue;
    if (region && turn.region && turn.region !== region) break;
    earlier.push(turn.region && !region ? `${turn.region} ${turn.question}` : turn.question);
    if (earlier.length === MOST_EARLIER) break;
  }
  return earlier.reverse();
};

window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.startsWith(ENTRY)) changed();
  if (event.key === DELETED && current && deleted().includes(current.id)) {
    document.dispatchEvent(new CustomEvent("policychat:forgotten"));
  }
});
