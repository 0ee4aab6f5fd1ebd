// The watermark of an exercise: the server says whether one runs, and every page shows it, boards, desk and field alike.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say } = Cockpit.dom;
  const LOOK_MS = 5000;
  const LIMIT_MS = 4000;
  let tag = "";
  let node = null;

  const lang = () => (document.documentElement.lang === "en" ? "en" : "zh");

  /** Slanting words, again and again, as a picture of ours. */
  function woven(words) {
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 640;
    const pen = canvas.getContext("2d");
    pen.translate(640, 320);
    pen.rotate(-Math.PI / 9);
    pen.fillStyle = "#F5B83D";
    pen.textAlign = "center";
    pen.font = `600 72px ${getComputedStyle(document.documentElement).getPropertyValue("--font")}`;
    pen.fillText(words, 0, 0, 1100);
    return `url(${canvas.toDataURL()})`;
  }

  /** `words`: "" takes the watermark away. */
  function show(words) {
    if (!words) {
      if (node) node.remove();
      node = null;
      delete document.documentElement.dataset.exercise;
      return;
    }
    document.documentElement.dataset.exercise = "";
    node = node || make("div", "exercise-mark", document.body);
    node.setAttribute("role", "status");
    const word = node.firstChild || make("span", "exercise-word", node);
    if (word.textContent !== words) node.style.setProperty("--exercise-words", woven(words.split(" · ").slice(0, 2).join(" · ")));
    say(word, words);
  }

  /** What was said last stays as long as nobody says otherwise. */
  async function look() {
    const cut = Cockpit.live && Cockpit.live.isLost && Cockpit.live.isLost();
    try {
      if (cut) throw new Error("no line");
      const headers = tag ? { "if-none-match": tag } : {};
      const answer = await fetch("/api/v1/exercise", { headers, signal: AbortSignal.timeout(LIMIT_MS) });
      if (answer.status === 200) {
        tag = answer.headers.get("etag") || "";
        const told = await answer.json();
        show((told.watermark && told.watermark[lang()]) || "");
      }
    } catch {
      // no line: the page says so itself
    }
    setTimeout(look, LOOK_MS);
  }

  look();
  Cockpit.exercise = { show };
})();
