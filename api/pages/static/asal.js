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

// A date is said in words below its field, since 03/04 is two days.
const inWords = (control) => {
  let words = control.nextElementSibling;
  if (!words || words.className !== "in-words") {
    words = document.createElement("output");
    words.className = "in-words";
    words.htmlFor = control.id;
    control.after(words);
  }
  const language = document.documentElement.lang;
  const written = { day: "numeric", month: "long", year: "numeric", calendar: "gregory", timeZone: "UTC" };
  const parts = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, written);
  const part = (kind) => parts.formatToParts(control.valueAsDate).find((one) => one.type === kind).value;
  const year = () => (language === "vi" ? `năm ${part("year")}` : part("year"));  // as the server writes days
  words.value = control.valueAsDate ? `${part("day")} ${part("month")} ${year()}` : "";
};
for (const control of document.querySelectorAll('input[type="date"]')) inWords(control);
document.addEventListener("input", (event) => {
  if (event.target.type === "date") inWords(event.target);
});
