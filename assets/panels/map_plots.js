// Marks drawn on the map: kept by the server, seen by every screen. The live socket says when they have changed, in whichever process;
// besides they are asked for now and then, for screens whose socket is gone; unchanged ones cost an empty answer.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const EVERY_MS = 15000;
  const ADDRESS = "/api/v1/plots";

  const collection = (feature) => JSON.stringify({ type: "FeatureCollection", features: [feature] });

  /** Who acts in this browser, as the desk keeps it; empty where nobody has said so. */
  function actor() {
    try {
      return JSON.parse(localStorage.getItem("duty-actor"))?.name || "";
    } catch {
      return "";
    }
  }

  /** The mark with the line that tells whose it is and since when; without a name only when. */
  function signed(mark, lang) {
    const { author, at } = mark.properties;
    const when = at && Cockpit.format.moment(Date.parse(at), Date.now(), { lang, zone: document.getElementById("app").dataset.zone });
    return { ...mark, properties: { ...mark.properties, told: [author, when].filter(Boolean).join(" · ") } };
  }

  /** Follows the marks and tells `show` of them; `add`, `undo` and `save` are what a hand does, `author` whose hand it is. */
  function plots(show, lang, author = actor) {
    const mine = [];
    let tag = "";
    let ended = false;
    let timer = 0;

    async function look() {
      clearTimeout(timer);
      try {
        const answer = document.hidden ? null : await fetch(ADDRESS, { credentials: "same-origin", headers: tag ? { "if-none-match": tag } : {} });
        if (answer && answer.status === 200) {
          tag = answer.headers.get("etag") || "";
          show((await answer.json()).features.map((mark) => signed(mark, lang)));
        }
      } catch {
        // the line to the server is told of elsewhere; the marks stay
      }
      if (!ended) timer = setTimeout(look, EVERY_MS);
    }

    async function sent(address, request) {
      try {
        const answer = await fetch(address, { credentials: "same-origin", ...request });
        if (!answer.ok) throw new Error((await answer.json()).error);
        return answer;
      } catch (error) {
        Cockpit.notice(`${lang === "en" ? "The mark was not kept" : "标绘未保存"}: ${error.message}`);
        return null;
      }
    }

    async function add(feature) {
      const named = { ...feature, properties: { ...feature.properties, author: author() } };
      const answer = await sent(ADDRESS, { method: "POST", headers: { "content-type": "application/geo+json" }, body: collection(named) });
      if (answer) mine.push((await answer.json()).features[0].properties.id);
      look();
    }

    async function undo() {
      const id = mine.pop();
      if (id) await sent(`${ADDRESS}/${encodeURIComponent(id)}`, { method: "DELETE" });
      look();
    }

    const key = (event) => {
      const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
      if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || typing || !mine.length) return;
      event.preventDefault();
      undo();
    };

    document.addEventListener("keydown", key);
    document.addEventListener("marks-changed", look);
    look();
    return {
      add,
      undo,
      save() {
        const link = document.createElement("a");
        link.href = `${ADDRESS}?download=true`;
        link.download = "plots.geojson";
        link.click();
      },
      stop() {
        ended = true;
        clearTimeout(timer);
        document.removeEventListener("keydown", key);
        document.removeEventListener("marks-changed", look);
      },
    };
  }

  Cockpit.mapPlots = plots;
})();
