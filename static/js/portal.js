// The little JavaScript there is. Every page works without it: this only adds comfort.
(function () {
  "use strict";
  var root = document.documentElement;
  var THEME = "theme";

  function storedTheme() {
    try { return localStorage.getItem(THEME) || ""; } catch (refused) { return ""; }
  }

  function showTheme(theme) {
    if (theme) { root.dataset.theme = theme; } else { delete root.dataset.theme; }
  }

  // Runs before the first paint, so a dark page never flashes white.
  showTheme(storedTheme());

  function offerThemes() {
    document.querySelectorAll("[data-theme-choice]").forEach(function (choice) {
      choice.hidden = false;
      choice.querySelectorAll("input").forEach(function (input) {
        input.checked = input.value === storedTheme();
        input.addEventListener("change", function () {
          showTheme(input.value);
          try { localStorage.setItem(THEME, input.value); } catch (refused) { /* chosen for this page only */ }
        });
      });
    });
  }

  function offerPrinting() {
    document.querySelectorAll("[data-prints-page]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () { window.print(); });
    });
    // Paper cannot be unfolded: open everything for the print and put it back afterwards.
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.from(document.querySelectorAll("main details:not([open])"));
      opened.forEach(function (part) { part.open = true; });
    });
    window.addEventListener("afterprint", function () {
      opened.forEach(function (part) { part.open = false; });
    });
  }

  function closeMenusOutside() {
    function close(menu, giveFocusBack) {
      menu.open = false;
      if (giveFocusBack) { menu.querySelector("summary").focus(); }
    }
    document.addEventListener("click", function (event) {
      document.querySelectorAll("[data-closes-outside][open]").forEach(function (menu) {
        if (!menu.contains(event.target)) { close(menu, false); }
      });
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") { return; }
      document.querySelectorAll("[data-closes-outside][open]").forEach(function (menu) { close(menu, true); });
    });
  }

  function guardUnsavedText() {
    document.querySelectorAll("form[data-guards-text]").forEach(function (form) {
      var changed = false;
      form.addEventListener("input", function () { changed = true; });
      form.addEventListener("submit", function () { changed = false; });
      window.addEventListener("beforeunload", function (event) {
        if (changed) { event.preventDefault(); }
      });
    });
  }

  // A link to something folded opens it.
  function openWhereLinksLead() {
    function open() {
      var place = document.getElementById(location.hash.slice(1));
      var fold = place && place.querySelector(":scope > details.fold");
      if (fold) { fold.open = true; }
    }
    window.addEventListener("hashchange", open);
    open();
  }

  function offerToOpenAll() {
    document.querySelectorAll("[data-opens-all]").forEach(function (button) {
      button.hidden = false;
      button.addEventListener("click", function () {
        var open = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(open));
        document.querySelectorAll("details.fold").forEach(function (fold) { fold.open = open; });
      });
    });
  }

  function moveToProblems() {
    var summary = document.querySelector("[data-takes-focus]");
    if (summary) { summary.focus(); }
  }

  document.addEventListener("DOMContentLoaded", function () {
    offerThemes();
    offerPrinting();
    closeMenusOutside();
    guardUnsavedText();
    openWhereLinksLead();
    offerToOpenAll();
    moveToProblems();
  });
})();
