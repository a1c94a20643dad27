// What is known of the elements that a locator matched, of three at most: a list of facts.
all => {
  __LABEL__
  const shown = one => one.checkVisibility({ visibilityProperty: true });
  // A box named "elements" or "action" hides the form's own property of that name.
  const getter = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
  const boxesOf = form => (form ? [...getter.call(form)] : []);
  const NO_BOX = new Set(["fieldset", "hidden", "submit", "button", "reset", "image"]);
  const group = one => one.closest("tr,[role=row],fieldset,[role=group]");
  return all.slice(0, 3).map(one => {
    const form = one.form ?? null;
    const boxes = boxesOf(form);
    const beside = boxes.filter(
      box => !NO_BOX.has(box.type) && shown(box) && group(box) === group(one));
    const at = beside.indexOf(one);
    const to = one.getAttribute("formaction") ?? form?.getAttribute("action") ?? "";
    const name = form ? label(form) ?? "" : "";
    return {
      shown: shown(one),
      enabled: !one.matches(":disabled") && !one.readOnly,
      value: "value" in one && one.tagName !== "BUTTON" ? one.value : one.textContent.trim(),
      form: name,
      forms: [...document.forms].filter(other => (label(other) ?? "") === name).length,
      to: form ? new URL(to, document.baseURI).href : "",
      sends: one.name ?? "",
      is_button: one.matches("button,input[type=submit],input[type=button]"),
      sent: one.matches("button,input[type=submit]") ? one.value ?? "" : "",
      twins: boxes.filter(box => box.name === one.name).length,
      before: at > 0 ? label(beside[at - 1]) ?? "" : "",
      after: at >= 0 && at + 1 < beside.length ? label(beside[at + 1]) ?? "" : "",
    };
  });
}
