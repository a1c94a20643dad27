// What Tryton's web client shows now: the pane in front, and the dialogs over it.
// `lines` are the rows of the first list within a form; what is hidden is not there.
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
    record: "",
  };
  const boxes = "input[name], select[name], textarea[name]";
  const cells = row => [...row.cells].map(text).join(" ").trim();
  const rows = where => all(where, "tbody > tr").map(cells);
  const top = dialogs.at(-1);
  if (top) {
    told.dialog_title = text(top.querySelector(".modal-title"));
    for (const box of all(top, boxes)) told.over[box.name] = box.value;
    told.over_rows = rows(top);
  }
  if (!pane) return told;
  told.title = text(pane.querySelector("nav.toolbar .title"));
  told.count = text(pane.querySelector("nav.toolbar .navbar-text .badge"));
  const tree = all(pane, "table.tree").find(one => !one.closest(".form-one2many"));
  told.rows = tree ? rows(tree) : [];
  const inner = all(pane, ".form-one2many").at(0);
  told.lines = inner ? rows(inner) : [];
  told.lines_count = text(inner?.querySelector(".form-one2many-toolbar .badge"));
  told.record = decodeURIComponent(location.hash).match(/^[^;]*?\/model\/([^;]+)/)?.[1] ?? "";
  told.infobar = text(pane.querySelector(".infobar"));
  for (const box of all(pane, boxes)) told.fields[box.name] = box.value;
  return told;
}
