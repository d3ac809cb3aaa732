// Where the picture of a file cannot be drawn, words say so in its place.
function sayFailed(picture) {
  const preview = picture.closest("[data-preview]");
  picture.hidden = true;
  preview.querySelector("[data-preview-failed]").hidden = false;
}

// An error of a picture does not bubble; it is caught on its way down.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.("[data-preview] img")) sayFailed(event.target);
  },
  true,
);
for (const picture of document.querySelectorAll("[data-preview] img")) {
  if (picture.complete && picture.naturalWidth === 0) sayFailed(picture);
}
