// What makes the pages nicer where scripts run; every page works without it.
"use strict";

// A file dropped anywhere on a form's drop zone is chosen in its file control.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const control = zone.querySelector('input[type="file"]');
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length) {
      control.files = event.dataTransfer.files;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
