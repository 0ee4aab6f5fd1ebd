// Photos as they are sent: turned upright and made smaller, so that a bad connection can carry them.
(() => {
  "use strict";
  const Field = window.Field;
  const LONGEST_PX = 1600;
  const QUALITY = 0.82;

  /** A JPEG of at most 1,600 pixels a side. Throws where the file is no picture. */
  Field.shrunk = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * share));
    canvas.height = Math.max(1, Math.round(picture.height * share));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/jpeg", QUALITY));
  };
})();
