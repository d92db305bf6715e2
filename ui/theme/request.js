// Send one question and hear its answer; whatever goes wrong on the way becomes a sentence.
import { at, word } from "./context.js";
import { readEvents } from "./events.js";

const SILENT_MS = 60_000; // The server sends a sign of life every five seconds.
const RESTART_MS = 20_000;
const LOOK_MS = 1_000;
const LOOK_LIMIT_MS = 3_000;
const ATTEMPTS = 3;
const PROXY_HAS_NO_SERVER = new Set([502, 503, 504]);

/** Why there is no answer: a code, a sentence for the reader, and whether asking again by itself makes sense. */
export class Fault extends Error {
  constructor(code, message = word(`ask.${code}`), lost = false) {
    super(message);
    this.code = code;
    this.lost = lost;
  }
}

/**
 * Send JSON to a path of this site and return what came back as JSON. Throws Fault; `status` holds the HTTP status.
 */
export const post = async (path, body, signal) => {
  const response = await sent(path, body, signal);
  if (!response.ok || !isA(response, "application/json")) throw await refusal(response);
  try {
    return await response.json();
  } catch {
    throw new Fault("cut", undefined, true);
  }
};

/**
 * Ask the server and return the data of its `done`. Calls `show(html)` for what there is meanwhile and `waiting()` when
 * the server is away; then it looks for it again for a while. Throws Fault, or an AbortError when `signal` says so.
 */
export const answered = async (body, signal, { show, waiting }) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(body, signal, show);
    } catch (error) {
      if (signal.aborted || !error.lost || attempt === ATTEMPTS) throw error;
      waiting();
      await serverThere(signal, error);
    }
  }
};

const once = async (body, signal, show) => {
  const inner = new AbortController();
  const stop = () => inner.abort();
  signal.addEventListener("abort", stop);
  let late = false;
  let timer = 0;
  const sign = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      inner.abort();
    }, SILENT_MS);
  };
  sign();
  try {
    const response = await sent("/page/ask", body, inner.signal);
    if (!response.ok || !isA(response, "text/event-stream")) throw await refusal(response);
    return await toTheEnd(response, show, sign);
  } catch (error) {
    if (late) throw new Fault("late");
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    // Whatever is still coming after the last event, or after a fault, is not waited for.
    inner.abort();
  }
};

const toTheEnd = async (response, show, sign) => {
  let done = null;
  const hear = (name, data) => {
    if (done) return;
    const told = parsed(data);
    if (name === "show") show(String(told.html ?? ""));
    if (name === "done") done = told;
    if (name === "fault") throw new Fault(String(told.code), told.message ? String(told.message) : word("ask.broken"));
  };
  try {
    await readEvents(response.body, hear, sign);
  } catch (error) {
    // A line that broke after the last event has taken nothing away.
    if (!done) throw error instanceof Fault ? error : connectionLost("cut");
  }
  if (!done || typeof done.html !== "string") throw connectionLost("cut");
  return done;
};

const sent = async (path, body, signal) => {
  try {
    return await fetch(at(path), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "same-origin",
      signal,
    });
  } catch {
    throw connectionLost("unreachable");
  }
};

const connectionLost = (code) =>
  navigator.onLine === false ? new Fault("offline") : new Fault(code, undefined, true);

const refusal = async (response) => {
  const told = isA(response, "application/json") ? parsed(await response.text().catch(() => "")).error : null;
  const fault = faultOf(response, told);
  fault.status = response.status;
  return fault;
};

const faultOf = (response, told) => {
  if (response.status === 429) {
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    return new Fault("too_many", seconds > 0 ? word("ask.too_many.seconds", { seconds }) : undefined);
  }
  if (told && told.message) return new Fault(String(told.code), String(told.message));
  // Without words of ours the answer comes from something in between that finds no server behind it.
  if (PROXY_HAS_NO_SERVER.has(response.status)) return new Fault("unreachable", undefined, true);
  return response.status >= 500 ? new Fault("broken") : new Fault("foreign");
};

/** Wait until the server is there again; throws `why` when it stays away. */
const serverThere = async (signal, why) => {
  const end = Date.now() + RESTART_MS;
  while (Date.now() < end) {
    await pause(LOOK_MS, signal);
    if (await looksAlive(signal)) return;
    if (navigator.onLine === false) throw new Fault("offline");
  }
  throw why.code === "cut" ? why : new Fault("unreachable");
};

const looksAlive = async (signal) => {
  const inner = new AbortController();
  const stop = () => inner.abort();
  const timer = setTimeout(stop, LOOK_LIMIT_MS);
  signal.addEventListener("abort", stop);
  try {
    return (await fetch(at("/healthz"), { cache: "no-store", signal: inner.signal })).ok;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
};

const pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    });
  });

const isA = (response, type) => (response.headers.get("Content-Type") ?? "").toLowerCase().startsWith(type);

const parsed = (text) => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};
