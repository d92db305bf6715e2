// Read server-sent events out of a response, however the network has cut it into pieces.

/** The parser's own memory is bounded: what never ends a line is no answer of ours. */
const MOST_CHARACTERS = 8_000_000;

/** Call `hear(name, data)` for each event in `body`, and `sign()` for every piece that arrives, keep-alives included. */
export const readEvents = async (body, hear, sign) => {
  const reader = body.getReader();
  // In streaming mode the decoder keeps the first bytes of a character until the rest of it has come.
  const decoder = new TextDecoder();
  let rest = "";
  let name = "";
  let data = [];
  const line = (text) => {
    if (text === "") {
      if (data.length) hear(name || "message", data.join("\n"));
      name = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    sign();
    rest += decoder.decode(value, { stream: true });
    // A carriage return at the end may be the first half of a CRLF: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(line);
    if (rest.length > MOST_CHARACTERS) throw new TypeError("a line without end");
  }
};
