/* Optional. Without it every page works; it only adds copy buttons, ticks the password rules,
   offers "select all", reads a chosen file into a form, saves a shown table, focuses the error summary and reloads a page that shows a running operation. No text of its own but data-*. */
(function () {
  "use strict";
  document.querySelectorAll(".puqz").forEach(function (root) {
    if (navigator.clipboard) root.querySelectorAll("[data-puqz-copy]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(button.previousElementSibling.textContent.trim()).then(function () {
          var before = button.textContent;
          button.textContent = button.getAttribute("data-puqz-copy");
          setTimeout(function () { button.textContent = before; }, 2000);
        });
      });
    });
    root.querySelectorAll("[data-puqz-rules]").forEach(function (field) {
      var rules = document.getElementById(field.getAttribute("data-puqz-rules"));
      if (rules) field.addEventListener("input", function () {
        rules.querySelectorAll("[data-pattern]").forEach(function (rule) {
          rule.toggleAttribute("data-met", new RegExp(rule.getAttribute("data-pattern")).test(field.value));
        });
      });
    });
    root.querySelectorAll("[data-puqz-all]").forEach(function (box) {
      box.hidden = false;
      box.addEventListener("change", function () {
        root.querySelectorAll("input[name^=" + box.getAttribute("data-puqz-all") + "]").forEach(function (other) { other.checked = box.checked; });
      });
    });
    root.querySelectorAll("[data-puqz-file]").forEach(function (field) {
      var into = document.getElementById(field.getAttribute("data-puqz-file"));
      field.closest(".puqz-field").hidden = false;
      field.addEventListener("change", function () {
        if (field.files[0]) field.files[0].arrayBuffer().then(function (bytes) {
          var first = new Uint8Array(bytes.slice(0, 2)), wide = first[0] + first[1] === 509;
          var names = wide ? [first[0] === 254 ? "utf-16be" : "utf-16le"] : ["utf-8", "windows-1250"];
          names.some(function (name) {
            try { into.value = new TextDecoder(name, { fatal: true }).decode(bytes); return true; } catch (wrong) { return false; }
          });
        });
      });
    });
    root.querySelectorAll("[data-puqz-from]").forEach(function (link) {
      var text = document.getElementById(link.getAttribute("data-puqz-from")).value.replace(/\r?\n/g, "\r\n");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + text], { type: "text/csv" }));
      link.hidden = false;
    });
    var errors = root.querySelector("[id$=-errors]");
    if (errors) errors.focus();
    var running = root.querySelector("[data-puqz-refresh]");
    if (running) setTimeout(function () { location.reload(); }, 1000 * running.getAttribute("data-puqz-refresh"));
  });
})();
