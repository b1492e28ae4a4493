// Comfort for the sliders: buttons beside them, and the number they stand on. Without it they still work.
(function () {
  "use strict";
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-slider]").forEach(function (frame) {
      var slider = frame.querySelector("input[type=range]");
      var said = frame.querySelector("output");
      function tell() { said.textContent = slider.value; }
      frame.querySelectorAll("button[data-step]").forEach(function (button) {
        button.hidden = false;
        button.addEventListener("click", function () {
          slider.value = String(Number(slider.value) + Number(button.dataset.step));
          tell();
        });
      });
      said.hidden = false;
      slider.addEventListener("input", tell);
      tell();
    });
  });
})();
