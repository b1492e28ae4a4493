// The little JavaScript there is. Every page works without it: this only adds comfort.
(function () {
  "use strict";
  var root = document.documentElement;
  // What a reader chose for every page, by the name of the attribute that carries it: colours, size of the letters.
  var CHOICES = { theme: "[data-theme-choice]", text: "[data-text-choice]" };

  function chosen(name) {
    try { return localStorage.getItem(name) || ""; } catch (refused) { return ""; }
  }

  function show(name, choice) {
    if (choice) { root.dataset[name] = choice; } else { delete root.dataset[name]; }
  }

  // Runs before the first paint, so a dark page never flashes white and no line jumps.
  Object.keys(CHOICES).forEach(function (name) { show(name, chosen(name)); });

  function offerChoices() {
    Object.keys(CHOICES).forEach(function (name) {
      document.querySelectorAll(CHOICES[name]).forEach(function (choice) {
        choice.hidden = false;
        choice.querySelectorAll("input").forEach(function (input) {
          input.checked = input.value === chosen(name);
          input.addEventListener("change", function () {
            show(name, input.value);
            try { localStorage.setItem(name, input.value); } catch (refused) { /* chosen for this page only */ }
          });
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
    offerChoices();
    offerPrinting();
    closeMenusOutside();
    guardUnsavedText();
    openWhereLinksLead();
    offerToOpenAll();
    moveToProblems();
  });
})();
