// A part of the page as a PNG, made in this browser alone: the part, its style sheets, fonts and canvases drawn into one picture.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const SCALE = 2;
  const LEFT_OUT = ".panel-table, .toolbar, .chip-share, .lang-switch, .desk-way, .boards";
  const UNITS = ["--u", "--space", "--gap", "--header", "--size-hero", "--size-number", "--size-figure", "--size-place", "--size-title", "--size-body", "--size-small", "--size-least"];

  /** How the page's text is written; a rule that mixes a shorthand with variables does not tell it. */
  const WRITTEN = ["font-family", "font-size", "font-weight", "line-height", "font-feature-settings", "font-variant-numeric", "color", "word-break", "overflow-wrap"];

  /** The rules that hold on this screen; `:root` becomes the picture's own root. Container rules stay as they are. */
  function rules(list) {
    let text = "";
    for (const rule of list) {
      if (rule instanceof CSSMediaRule) text += window.matchMedia(rule.conditionText).matches ? rules(rule.cssRules) : "";
      else if (!(rule instanceof CSSFontFaceRule) && !(rule instanceof CSSKeyframesRule)) text += `${rule.cssText}\n`;
    }
    return text;
  }

  function sheets() {
    const text = [...document.styleSheets].filter((sheet) => !sheet.disabled).map((sheet) => rules(sheet.cssRules)).join("\n");
    return text.replaceAll(":root", ".pictured").replaceAll("html, body", ".pictured");
  }

  async function dataAddress(address) {
    const blob = await (await fetch(address)).blob();
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result);
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
  }

  /** The fonts this page has in use; a picture may not load anything. */
  async function fonts() {
    const faces = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => [rule, sheet.href])).filter(([rule]) => rule instanceof CSSFontFaceRule);
    const used = [...document.fonts].filter((face) => face.status === "loaded").map((face) => face.unicodeRange.replaceAll(" ", "").toUpperCase());
    const wanted = faces.filter(([rule]) => used.includes(rule.style.getPropertyValue("unicode-range").replaceAll(" ", "").toUpperCase()));
    const written = wanted.map(async ([rule, href]) => {
      const [, file] = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/);
      return rule.cssText.replace(/url\("?[^")]+"?\)/, `url("${await dataAddress(new URL(file, href))}")`);
    });
    return (await Promise.all(written)).join("\n");
  }

  /** The map draws with the graphics card, whose picture is gone after each frame: it is asked for it. */
  function canvases(node) {
    const found = new Map();
    for (const body of node.querySelectorAll(".panel[data-panel=map] .panel-body")) {
      const map = Cockpit.panels.map?.parts(body)?.map;
      const pictures = map && map.picture ? map.picture() : [];
      [...body.querySelectorAll(".city-map-canvas canvas")].forEach((canvas, i) => found.set(canvas, pictures[i]));
    }
    for (const canvas of node.querySelectorAll("canvas")) if (!found.has(canvas)) found.set(canvas, canvas.toDataURL());
    return found;
  }

  function copied(node) {
    const copy = node.cloneNode(true);
    const drawn = canvases(node);
    const twins = [...copy.querySelectorAll("canvas")];
    [...node.querySelectorAll("canvas")].forEach((canvas, i) => {
      const box = canvas.getBoundingClientRect();
      const image = Object.assign(document.createElement("img"), { className: canvas.className }); // it may be hidden
      image.setAttribute("style", `${canvas.getAttribute("style") || ""};width:${box.width}px;height:${box.height}px`);
      image.src = drawn.get(canvas) || "data:,";
      twins[i].replaceWith(image);
    });
    copy.querySelectorAll(LEFT_OUT).forEach((one) => one.remove());
    return copy;
  }

  /** The root of the picture carries what `<html>` and `#app` say here, and every length in pixels: `vh` means another height inside. */
  function framed(node, { width, height }) {
    const page = document.documentElement;
    const root = document.createElement("div");
    root.className = "pictured";
    for (const [key, value] of Object.entries(page.dataset)) root.dataset[key] = value;
    root.lang = page.lang;
    const style = getComputedStyle(page);
    root.setAttribute("style", [
      `width:${width}px`, `height:${height}px`, "overflow:hidden", "margin:0", ...UNITS.map((name) => `${name}:${pixels(style.getPropertyValue(name), page)}`),
      "--shift-x:0px", "--shift-y:0px", ...WRITTEN.map((name) => `${name}:${getComputedStyle(document.body).getPropertyValue(name)}`),
    ].join(";"));
    const copy = copied(node);
    copy.style.width = `${width}px`;
    copy.style.height = `${height}px`;
    copy.style.gridArea = "auto";
    root.appendChild(copy);
    return root;
  }

  /** A length with `vh` in it, as this screen works it out. */
  function pixels(length, parent) {
    const probe = document.createElement("div");
    probe.style.cssText = `position:absolute;visibility:hidden;width:${length}`;
    parent.appendChild(probe);
    const found = probe.getBoundingClientRect().width;
    probe.remove();
    return `${found}px`;
  }

  /** A PNG of the element as it stands, twice as fine; nothing leaves this machine. */
  Cockpit.picture = async (node) => {
    const box = node.getBoundingClientRect();
    const width = Math.ceil(box.width);
    const height = Math.ceil(box.height);
    const root = framed(node, { width, height });
    const style = document.createElement("style");
    style.textContent = `${await fonts()}\n${sheets()}`;
    root.prepend(style);
    const markup = new XMLSerializer().serializeToString(root);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${markup}</foreignObject></svg>`;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--ground");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("PNG"))), "image/png"));
  };
})();
