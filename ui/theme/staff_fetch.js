// Ask the desk for a piece of its page, and say something to whoever hears the page.

/** The session has ended: the page is there, but nothing more will come. */
export class SignedOutError extends Error {}

/** Return the nodes of a piece of a page, null where the server says that a newer request overtook this one. */
export async function fragment(address, signal) {
  const reply = await fetch(address, { credentials: "same-origin", redirect: "manual", signal });
  if (reply.type === "opaqueredirect" || reply.status === 403) throw new SignedOutError();
  if (reply.status === 204) return null;
  if (!reply.ok) throw new Error(String(reply.status));
  return [...new DOMParser().parseFromString(await reply.text(), "text/html").body.childNodes];
}

/** Let a screen reader say something; the same words twice are said twice. */
export function say(words) {
  const said = document.getElementById("desk-said");
  if (!said) return; // the page was taken from somebody who signed out
  said.textContent = said.textContent === words ? `${words}\u00a0` : words;
}
