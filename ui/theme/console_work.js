// Ask how far the work is and show it, until it has ended. Without this script a link does the same.
const place = document.getElementById("work");
const EVERY_MS = 2000;

async function look() {
  const reply = await fetch(place.dataset.stateAt, { credentials: "same-origin", redirect: "error" });
  if (!reply.ok) throw new Error(String(reply.status));
  const shown = new DOMParser().parseFromString(await reply.text(), "text/html").body.firstElementChild;
  place.replaceChildren(shown);
}

function running() {
  return place.querySelector("[data-state=running]") !== null;
}

async function follow() {
  try {
    await look();
  } catch {
    return; // The link to look again is still there.
  }
  if (running()) setTimeout(follow, EVERY_MS);
}

if (place && running()) {
  setTimeout(follow, EVERY_MS);
}
