// Reads a report aloud with a voice that lives on the reader's own device. A voice that sends its text to a server is
// never used; without one in the report's language nothing is offered. The text stays where it is and is marked while read.
(function () {
  "use strict";
  var box = document.querySelector("[data-reads-aloud]");
  var speech = window.speechSynthesis;
  if (!box || !speech || !window.SpeechSynthesisUtterance) { return; }
  var start = box.querySelector("[data-aloud-start]");
  var pause = box.querySelector("[data-aloud-pause]");
  var stop = box.querySelector("[data-aloud-stop]");
  var BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, .brief-headline, .about-report > summary";
  var parts = [], at = 0, turn = 0;

  function language() { return document.querySelector(".report").lang.slice(0, 2); }

  function voice() {
    return speech.getVoices().filter(function (one) {
      return one.localService && one.lang.slice(0, 2).toLowerCase() === language();
    })[0];
  }

  function words(part) {
    var copy = part.cloneNode(true);
    copy.querySelectorAll("[popover], .visually-hidden, svg").forEach(function (extra) { extra.remove(); });
    return copy.textContent.replace(/\s+/g, " ").trim();
  }

  // What can be seen now, in its order; codes for the care team are for eyes only.
  function visible() {
    return Array.from(document.querySelectorAll(".report")).reduce(function (all, report) {
      return all.concat(Array.from(report.querySelectorAll(BLOCKS)));
    }, []).filter(function (part) {
      var folded = part.closest("details:not([open]) > :not(summary)");
      return part.getClientRects().length && !folded && !part.querySelector(BLOCKS) && !part.matches(".exact-line") && words(part);
    });
  }

  function mark(part) {
    document.querySelectorAll(".is-read-now").forEach(function (one) { one.classList.remove("is-read-now"); });
    if (part) { part.classList.add("is-read-now"); part.scrollIntoView({ block: "nearest" }); }
  }

  function show(state) {
    box.dataset.state = state;
    start.hidden = state === "reading";
    pause.hidden = state !== "reading";
    stop.hidden = state === "idle";
    start.textContent = state === "paused" ? start.dataset.goOn : start.dataset.begin;
  }

  // Each part is spoken by itself: a pause is then kept on every device, and goes on with the part it broke off.
  function next() {
    var mine = turn, part = parts[at];
    if (!part) { finish(); return; }
    var said = new window.SpeechSynthesisUtterance(words(part));
    said.voice = voice();
    said.lang = said.voice.lang;
    said.onend = function () { if (mine === turn) { at += 1; next(); } };
    said.onerror = function () { if (mine === turn) { finish(); } };
    mark(part);
    speech.speak(said);
  }

  function hush() { turn += 1; speech.cancel(); }

  function finish() { hush(); at = 0; mark(null); show("idle"); }

  start.addEventListener("click", function () {
    hush();
    if (box.dataset.state !== "paused") { parts = visible(); at = 0; }
    show("reading");
    pause.focus();
    next();
  });
  pause.addEventListener("click", function () { hush(); show("paused"); start.focus(); });
  stop.addEventListener("click", function () { finish(); start.focus(); });
  window.addEventListener("pagehide", hush);

  function offer() { box.hidden = !voice(); }
  show("idle");
  offer();
  if (speech.addEventListener) { speech.addEventListener("voiceschanged", offer); }
})();
