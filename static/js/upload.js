// Files that are dropped on the page or chosen: each is sent by itself, with its progress and its answer on its own line.
import "./files.js";

const form = document.querySelector("[data-upload]");
const AT_ONCE = 2;
const text = form?.dataset;
const waiting = [];
let sending = 0;
let filed = 0;

function element(name, css, words) {
  const made = document.createElement(name);
  if (css) made.className = css;
  if (words) made.textContent = words;
  return made;
}

function addLine(name) {
  const line = element("li");
  const state = element("div", "upload-state");
  line.append(element("span", "upload-name", name), state);
  form.querySelector("[data-upload-lines]").append(line);
  return { line, state };
}

function say(task, words, css = "") {
  task.line.className = css;
  task.state.replaceChildren(element("span", "upload-said", words));
}

function link(url, words, inPanel) {
  const made = element("a", "", words);
  made.href = url;
  if (inPanel) {
    for (const [name, value] of [["hx-get", url], ["hx-target", "#panel-body"], ["hx-swap", "innerHTML"]]) {
      made.setAttribute(name, value);
    }
  }
  return made;
}

function offer(task, words, deed) {
  const button = element("button", "btn btn-sm", words);
  button.type = "button";
  button.addEventListener("click", () => {
    button.remove();
    deed();
  });
  task.state.append(button);
}

function add(file) {
  const task = { file, anyway: false, ...addLine(file.name) };
  if (file.size > Number(text.maxBytes)) say(task, text.textTooLarge, "is-refused");
  else enqueue(task);
}

function enqueue(task) {
  say(task, text.textWaiting);
  waiting.push(task);
  next();
}

function next() {
  while (sending < AT_ONCE && waiting.length) send(waiting.shift());
  if (sending === 0 && filed > 0) {
    filed = 0;
    document.body.dispatchEvent(new CustomEvent("list-changed"));
  }
}

function send(task) {
  sending += 1;
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("uploads", task.file);
  if (task.anyway) body.append("anyway", "on");
  const bar = element("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", task.file.name);
  const percent = element("span", "upload-said number", "0 %");
  percent.setAttribute("aria-hidden", "true"); // or every per cent would be read aloud; the bar says it when asked
  task.state.replaceChildren(bar, percent);

  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    percent.textContent = event.loaded < event.total ? `${Math.floor(bar.value)} %` : text.textChecking;
  });
  request.addEventListener("loadend", () => {
    sending -= 1;
    answered(task, request);
    next();
  });
  request.send(body);
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null; // no answer of ours: no connection, the session has ended, a refusal of the server before ours
  }
}

function answered(task, request) {
  const answer = answerOf(request);
  if (request.status === 201 && answer) {
    filed += 1;
    say(task, answer.text, "is-filed");
    if (answer.edit_url) {
      task.state.append(link(answer.edit_url, text.textDescribe, true));
      window.htmx?.process(task.state);
    } else if (answer.url) {
      task.state.append(link(answer.url, text.textOpen));
    }
  } else if (request.status === 422 && answer) {
    say(task, answer.text, "is-refused");
    if (!answer.present) return;
    task.state.append(link(answer.present.url, answer.present.label || text.textOpen));
    if (text.textAnyway) offer(task, text.textAnyway, () => {
      task.anyway = true;
      enqueue(task);
    });
  } else {
    say(task, request.status === 403 ? document.body.dataset.textForbidden : text.textFailed, "is-refused");
    offer(task, text.textAgain, () => enqueue(task));
  }
}

// A folder is dropped as a file without a size, which no browser can read.
function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  if (!items.length) return [...transfer.files];
  return items.flatMap((item) => {
    const file = item.getAsFile();
    if (item.webkitGetAsEntry?.()?.isDirectory) {
      say(addLine(file.name), text.textFolder, "is-refused");
      return [];
    }
    return file ? [file] : [];
  });
}

const bringsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
// The side panel has fields of its own for files.
const isOurs = (event) => bringsFiles(event) && !document.querySelector("dialog[open]");

if (form) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    const chosen = [...input.files];
    input.value = "";
    chosen.forEach(add);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("dragover", (event) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    form.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    form.classList.remove("is-over");
    if (!isOurs(event)) return;
    event.preventDefault();
    dropped(event.dataTransfer).forEach(add);
    form.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("beforeunload", (event) => {
    if (sending || waiting.length) event.preventDefault();
  });
}
