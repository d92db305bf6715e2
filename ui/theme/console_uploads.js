// Say while files are being sent how far each is, and before it whether they are too many bytes. Without it the form works too.
const form = document.getElementById("uploads");
const place = document.getElementById("sending");
const list = document.getElementById("sent-files");
const MOST_ROWS = 200;

function chosen() {
  const inputs = [...form.querySelectorAll("input[type=file]")];
  return inputs.flatMap((input) => [...input.files]);
}

function bytes() {
  return chosen().reduce((sum, file) => sum + file.size, 0);
}

function say(words, wrong = false) {
  const told = document.createElement("p");
  told.className = wrong ? "problem" : "stage";
  told.textContent = words;
  place.replaceChildren(told);
  if (wrong) place.scrollIntoView({ block: "nearest" });
}

function row(file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = file.webkitRelativePath || file.name;
  const size = document.createElement("span");
  size.className = "source";
  const kilobytes = file.size / 1024;
  size.textContent = kilobytes < 1024 ? `${Math.ceil(kilobytes)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
  const state = document.createElement("span");
  state.className = "state";
  item.append(name, " ", state, " ", size);
  return { item, state, size: file.size };
}

function show() {
  const files = chosen();
  const rows = files.slice(0, MOST_ROWS).map(row);
  list.replaceChildren(...rows.map((one) => one.item));
  for (const one of rows) if (one.size > Number(form.dataset.eachBytes)) one.state.textContent = form.dataset.fileLarge;
  if (files.length > MOST_ROWS) {
    const more = document.createElement("li");
    more.textContent = form.dataset.filesMore;
    list.append(more);
  }
  list.hidden = files.length === 0;
  return rows;
}

// The files are sent one after the other in this order, so how much was sent tells which of them is on its way.
function tell(rows, share) {
  const all = bytes();
  let left = share * all;
  for (const one of rows) {
    const part = one.size === 0 ? Number(left > 0 || share === 1) : Math.min(1, Math.max(0, left / one.size));
    const percent = ` ${Math.floor(part * 100)}%`;
    if (part === 1 || share === 1) one.state.textContent = form.dataset.fileSent;
    else if (part > 0) one.state.textContent = form.dataset.fileSending + percent;
    else one.state.textContent = form.dataset.fileWaits;
    one.item.dataset.state = part === 1 || share === 1 ? "taken" : part > 0 ? "reading" : "waiting";
    left -= one.size;
  }
}

function ended(request, buttons) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const problem = page.querySelector(".problem");
  if (request.status === 200 && new URL(request.responseURL).pathname.endsWith("/admin/work")) {
    location.assign(request.responseURL);
    return;
  }
  say(problem ? problem.textContent : form.dataset.failed, true);
  show();
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
  const rows = show();
  tell(rows, 0);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    if (!sent.lengthComputable) return;
    bar.value = sent.loaded / sent.total;
    tell(rows, sent.loaded / sent.total);
  });
  request.upload.addEventListener("load", () => tell(rows, 1));
  request.addEventListener("load", () => ended(request, buttons));
  request.addEventListener("error", () => {
    say(form.dataset.failed, true);
    show();
    for (const button of buttons) button.disabled = false;
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

if (form && place && list) {
  form.addEventListener("submit", send);
  form.addEventListener("change", show);
}
