// Warns two minutes before a session ends, and gives typed text back to the same person after signing in again.
(function () {
  "use strict";
  var here = document.currentScript;
  var person = here.dataset.person || "";
  var WARN = 120, DRAFT = "draft:", SENT = "draft-sent", SIGNED_OUT = "draft-signed-out";
  var store;
  try { store = window.sessionStorage; store.getItem(SENT); } catch (refused) { store = null; }

  function drafts() {
    var keys = [];
    for (var i = 0; i < store.length; i += 1) {
      if (store.key(i).indexOf(DRAFT) === 0) { keys.push(store.key(i)); }
    }
    return keys;
  }

  function forget(keep) {
    drafts().forEach(function (key) { if (!keep(key)) { store.removeItem(key); } });
  }

  function typed() {
    return Array.from(document.querySelectorAll("main textarea[name], main input[name]")).filter(function (field) {
      return field.tagName === "TEXTAREA" || ["text", "email", "date", "number", "search", "tel"].indexOf(field.type) >= 0;
    });
  }

  var page = DRAFT + person + ":" + window.location.pathname;

  function keep() {
    var found = {};
    typed().forEach(function (field) { if (field.value !== field.defaultValue) { found[field.name] = field.value; } });
    try { store.setItem(page, JSON.stringify(found)); } catch (full) { /* comfort only */ }
  }

  function giveBack() {
    var found = JSON.parse(store.getItem(page) || "{}");
    typed().forEach(function (field) { if (field.name in found) { field.value = found[field.name]; } });
  }

  function keepText() {
    if (!store) { return; }
    if (!person) {  // the sign-in page: what was sent last did not arrive
      store.setItem(SIGNED_OUT, "1");
      store.removeItem(SENT);
      return;
    }
    forget(function (key) { return key.indexOf(DRAFT + person + ":") === 0; });
    if (store.getItem(SENT)) { store.removeItem(store.getItem(SENT)); store.removeItem(SENT); }
    if (store.getItem(SIGNED_OUT) && store.getItem(page)) { giveBack(); }
    if (store.getItem(page)) { store.removeItem(SIGNED_OUT); }
    document.addEventListener("input", keep);
    document.addEventListener("submit", function (event) {
      if (/\/logout\/$/.test(event.target.action)) { forget(function () { return false; }); return; }
      store.setItem(SENT, page);
    });
  }

  function warn() {
    var dialog = document.getElementById("session-warning");
    if (!dialog || !here.dataset.ends) { return; }
    var ends = Number(here.dataset.ends), anyway = Number(here.dataset.endsAnyway), timer;

    function wait() {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, Math.max(0, ends - WARN) * 1000);
    }

    function ask() {
      var last = anyway <= ends;
      dialog.querySelector("[data-session-idle]").hidden = last;
      dialog.querySelector("[data-session-anyway]").hidden = !last;
      if (!dialog.open) { dialog.showModal(); }
      timer = window.setTimeout(function () { window.location.reload(); }, (Math.min(WARN, ends) + 2) * 1000);
    }

    dialog.querySelector("[data-session-stay]").addEventListener("click", function () {
      dialog.close();
      fetch(here.dataset.stay, { credentials: "same-origin" }).then(function (answer) { return answer.json(); })
        .then(function (left) { ends = left.ends; anyway = left.ends_anyway; wait(); })
        .catch(function () { window.location.reload(); });
    });
    wait();
  }

  keepText();
  warn();
})();
