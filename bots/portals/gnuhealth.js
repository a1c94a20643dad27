// What Tryton's web client shows now: the pane in front, and the dialogs over it.
// `lines` are the rows of the first list within a form; what is hidden is not there.
// A list draws twenty rows at a time, the next when its last one, "More", comes into view: within
// a form and a dialog it is brought there. The list of a pane is left as it is: it may be long.
() => {
  const shown = one => one.checkVisibility({ visibilityProperty: true });
  const all = (where, css) => [...where.querySelectorAll(css)].filter(shown);
  const text = one => (one?.textContent ?? "").trim();
  const dialogs = all(document, "body > .modal");
  const pane = document.querySelector("#tabcontent > .tab-pane.active");
  const told = {
    door: dialogs.some(one =>
      one.matches(".login-dialog") || one.querySelector("input[type=password]")),
    trouble: dialogs.some(one => one.querySelector("[role=alert]")),
    dialog: dialogs.map(one => text(one.querySelector(".modal-dialog"))).join(" "),
    dialog_title: "", over: {}, over_rows: [],
    title: "", count: "", rows: [], lines: [], lines_count: "", fields: {}, infobar: "",
    address: decodeURIComponent(location.hash), record: "",
  };
  const boxes = "input[name], select[name], textarea[name]";
  const cells = row => [...row.cells].map(text).join(" ").trim();
  const rows = where => all(where, "tbody > tr:not(.more-row)").map(cells);
  const more = (where, css) => all(where, `${css} .more-row`).at(0)?.scrollIntoView();
  const top = dialogs.at(-1);
  if (top) {
    told.dialog_title = text(top.querySelector(".modal-title"));
    for (const box of all(top, boxes)) told.over[box.name] = box.value;
    told.over_rows = rows(top);
    more(top, "table");
  }
  if (!pane) return told;
  told.title = text(pane.querySelector("nav.toolbar .title"));
  told.count = text(pane.querySelector("nav.toolbar .navbar-text .badge"));
  const tree = all(pane, "table.tree").find(one => !one.closest(".form-one2many"));
  told.rows = tree ? rows(tree) : [];
  const inner = all(pane, ".form-one2many").at(0);
  told.lines = inner ? rows(inner) : [];
  told.lines_count = text(inner?.querySelector(".form-one2many-toolbar .badge"));
  if (!top) more(pane, ".form-one2many");
  told.record = told.address.match(/^[^;]*?\/model\/([^;]+)/)?.[1] ?? "";
  told.infobar = text(pane.querySelector(".infobar"));
  for (const box of all(pane, boxes)) told.fields[box.name] = box.value;
  return told;
}
