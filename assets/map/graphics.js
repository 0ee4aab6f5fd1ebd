// What this screen can draw with: null without WebGL 2, `soft` when the processor has to do a graphics card's work.
(() => {
  "use strict";
  const city = (window.CityMap = window.CityMap || {});

  const probe = () => {
    const context = window.deck ? document.createElement("canvas").getContext("webgl2") : null;
    if (!context) return null;
    const info = context.getExtension("WEBGL_debug_renderer_info");
    const name = info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : "";
    context.getExtension("WEBGL_lose_context")?.loseContext();
    return { soft: /swiftshader|llvmpipe|software|basic render/i.test(name) };
  };

  city.graphics = { probe };
})();
