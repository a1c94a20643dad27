// Alters one screen before anybody looks at it. PLAN: {act, all: [locator, ...], ...}; a locator
// is [kind, value, name] as in a selector file. Says on the console whether it found its place.
(() => {
  const PLAN = __PLAN__;
  const squash = text => (text ?? "").replace(/\s+/g, " ").trim();
  const ROLES = {
    button: "button,input[type=submit],[role=button]",
    definition: "dd,[role=definition]",
    form: "form,[role=form]",
    link: "a[href],[role=link]",
    table: "table,[role=table]",
    textbox: "input:not([type]),input[type=text],textarea,[role=textbox]",
  };
  const name = one => {
    const by = one.getAttribute("aria-labelledby");
    if (by) {
      return squash(by.split(/\s+/).map(id => document.getElementById(id)?.textContent).join(" "));
    }
    if (one.getAttribute("aria-label")) return squash(one.getAttribute("aria-label"));
    if (one.labels?.length) return squash([...one.labels].map(l => l.textContent).join(" "));
    if (one.caption) return squash(one.caption.textContent);
    return squash(one.textContent || one.value);
  };
  const find = ([kind, value, named]) => {
    if (kind === "css") return [...document.querySelectorAll(value)];
    if (kind === "test_id") return [...document.querySelectorAll(`[data-testid="${CSS.escape(value)}"]`)];
    if (kind === "label") return [...document.querySelectorAll("input,select,textarea,[aria-label],[aria-labelledby]")].filter(one => name(one) === value);
    if (kind === "beside") {
      const heads = [...document.querySelectorAll("th,dt")].filter(one => squash(one.textContent) === value);
      return heads.map(one => one.nextElementSibling).filter(next => next?.matches("td,dd"));
    }
    const all = [...document.querySelectorAll(ROLES[value] ?? `[role=${CSS.escape(value)}]`)];
    return named === null ? all : all.filter(one => name(one) === named);
  };
  const place = () => PLAN.all.map(find).find(found => found.length)?.[0];
  const rows = table => [...(table.tBodies?.[0]?.rows ?? [])];
  const head = table =>
    [...(table.tHead?.rows[0]?.cells ?? [])].find(cell => squash(cell.textContent) === PLAN.column);
  let first = place();
  const ACTS = {
    remove: () => first.remove(),
    // What a person reads is another; ids and test ids stay, as a lower rank would have them.
    rename: () => {
      first.setAttribute("aria-label", "Contract probe");
      if (first.matches("button,a")) first.textContent = "Contract probe";
    },
    // With its heading, where it has one.
    double: () => {
      const heading = first.previousElementSibling;
      if (!heading?.matches("th,dt")) first.after(first.cloneNode(true));
      else if (first.parentElement.matches("tr,div")) first.parentElement.after(first.parentElement.cloneNode(true));
      else first.after(heading.cloneNode(true), first.cloneNode(true));
    },
    text: () => ("value" in first && first.matches("input") ? (first.value = PLAN.text) : (first.textContent = PLAN.text)),
    shadow: () => {
      const twin = first.cloneNode(true);
      twin.textContent = PLAN.text;
      twin.style.display = "none";
      first.before(twin);
    },
    // The column whole: a cell that names itself would still tell what it is.
    remove_column: () => {
      const cell = head(first);
      if (!cell) return false;
      const at = cell.cellIndex;
      for (const row of [...first.rows]) row.cells[at]?.remove();
    },
    drop_row: () => { const row = rows(first)[0]; if (!row) return false; row.remove(); },
    // A page without it is as it should be: the row is on another.
    drop_named: () => rows(first).filter(row => squash(row.textContent).includes(PLAN.text)).forEach(row => row.remove()),
    say: () => {
      const box = document.createElement("div");
      const [kind, value] = PLAN.as;
      if (kind === "role") box.setAttribute("role", value);
      else if (kind === "test_id") box.dataset.testid = value;
      else if (value[0] === "#") box.id = value.slice(1);
      else box.className = value.replaceAll(".", " ").trim();
      box.textContent = PLAN.text;
      first.prepend(box);
    },
    repeat_row: () => { const row = rows(first)[0]; if (!row) return false; row.after(row.cloneNode(true)); },
    add_field: () => {
      const list = document.createElement("dl");
      list.innerHTML = "<dt id='contract-probe'>Contract probe</dt><dd aria-labelledby='contract-probe'></dd>";
      list.lastElementChild.textContent = PLAN.text;
      (first.closest("dl") ?? first).after(list);
    },
    language: () => { document.documentElement.lang = PLAN.text; },
    mask: () => {
      for (const box of document.querySelectorAll("input,textarea")) {
        box.addEventListener("input", () => { box.value = box.value.slice(0, -1); });
      }
    },
    ask: () => {
      for (const form of document.forms) {
        form.addEventListener("submit", event => { if (!confirm(PLAN.text)) event.preventDefault(); });
      }
    },
    send_elsewhere: () => { for (const form of document.forms) form.action = PLAN.text; },
    open_window: () => { window.open(location.pathname, "contract", "width=300"); },
    download: () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["contract"]));
      link.download = "contract.txt";
      document.body.append(link);
      link.click();
    },
  };
  const altered = () => {
    first = place();
    return Boolean(first) && ACTS[PLAN.act]() !== false;
  };
  const told = done => console.info(`claimbots contract: ${done ? "altered" : "nothing to alter"}`);
  const done = altered();
  told(done);
  if (done) return;
  // A page that draws itself has no such place yet: it is altered as soon as it has.
  const drawing = new MutationObserver(() => {
    if (!altered()) return;
    drawing.disconnect();
    told(true);
  });
  drawing.observe(document, { childList: true, subtree: true });
})();
