// Say while files are being sent how far it is, and before it whether they are too many bytes. Without it the form works too.
const form = document.getElementById("uploads");
const place = document.getElementById("sending");

function bytes() {
  const inputs = [...form.querySelectorAll("input[type=file]")];
  return inputs.flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
}

function say(words, wrong = false) {
  const told = document.createElement("p");
  told.className = wrong ? "problem" : "stage";
  told.textContent = words;
  place.replaceChildren(told);
  if (wrong) place.scrollIntoView({ block: "nearest" });
}

function ended(request, buttons) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problem = page.querySelector(".problem");
  if (request.status === 200 && !problem) {
    location.assign(request.responseURL);
    return;
  }
  say(problem ? problem.textContent : form.dataset.failed, true);
  for (const button of buttons) button.disabled = false;
}

function send(event) {
  event.preventDefault();
  if (bytes() > Number(form.dataset.mostBytes)) {
    say(form.dataset.tooLarge, true);
    return;
  }
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  say(form.dataset.sending);
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", form.dataset.sending);
  bar.max = 1;
  bar.value = 0;
  place.append(bar);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) bar.value = sent.loaded / sent.total;
  });
  request.addEventListener("load", () => ended(request, buttons));
  request.addEventListener("error", () => {
    say(form.dataset.failed, true);
    for (const button of buttons) button.disabled = false;
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

if (form && place) form.addEventListener("submit", send);
