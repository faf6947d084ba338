/** The receipt's line of time: each piece as wide as it was long. */

for (const piece of document.querySelectorAll(".timeline-piece")) {
  if (piece instanceof HTMLElement) piece.style.flexGrow = piece.dataset.ms ?? "1";
}

export {};
