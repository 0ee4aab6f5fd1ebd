// The panel `video`: a camera's picture without sound. What fails is said, and tried again.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const AGAIN_MS = 15000;
  const SILENT_MS = 20000;

  function build(root, ctx) {
    return { root, ctx, told: "", picture: null, line: null, timer: 0, state: make("div", "video-state", root) };
  }

  function paint(parts, props, ctx) {
    parts.ctx = ctx;
    parts.props = props;
    const told = JSON.stringify([props.kind, props.address]);
    if (parts.told === told) return;
    parts.told = told;
    begin(parts);
  }

  function show(parts, state) {
    mark(parts.root, "data-state", state);
    say(parts.state, state === "playing" ? "" : Cockpit.word(`video_${state}`, parts.ctx.lang));
  }

  function begin(parts) {
    end(parts);
    show(parts, "waiting");
    if (parts.props.kind === "page") page(parts);
    else film(parts);
  }

  /** The player's page may run its own scripts and nothing of ours: another origin, no forms, no pop-ups, no way up. */
  function page(parts) {
    const frame = (parts.picture = make("iframe", "video-picture", parts.root));
    mark(frame, "sandbox", "allow-scripts");
    mark(frame, "referrerpolicy", "no-referrer");
    mark(frame, "title", document.getElementById(`panel-${parts.root.closest(".panel").dataset.id}`).querySelector(".panel-title").textContent || "video");
    frame.addEventListener("load", () => show(parts, "playing"));
    frame.src = parts.props.address;
    parts.timer = setTimeout(() => parts.root.dataset.state !== "playing" && fail(parts), SILENT_MS);
  }

  function film(parts) {
    const video = (parts.picture = make("video", "video-picture", parts.root));
    Object.assign(video, { muted: true, autoplay: true, loop: parts.props.kind === "file", playsInline: true, disablePictureInPicture: true });
    video.addEventListener("playing", () => show(parts, "playing"));
    for (const kind of ["error", "stalled", "ended"]) video.addEventListener(kind, () => parts.picture === video && video.readyState < 2 && fail(parts));
    const { kind, address } = parts.props;
    if (kind === "webrtc") {
      connect(parts, video).catch(() => parts.picture === video && fail(parts));
    } else if (kind === "hls" && !video.canPlayType("application/vnd.apple.mpegurl")) {
      show(parts, "unsupported");
      return;
    } else {
      video.src = address;
      video.play().catch(() => {});
    }
    parts.timer = setTimeout(() => parts.root.dataset.state !== "playing" && fail(parts), SILENT_MS);
  }

  /** WHEP (draft-ietf-wish-whep): our offer out, the gateway's answer back; receives only. */
  async function connect(parts, video) {
    const line = (parts.line = new RTCPeerConnection());
    line.addTransceiver("video", { direction: "recvonly" });
    line.ontrack = ({ streams }) => { video.srcObject = streams[0]; };
    line.onconnectionstatechange = () => ["failed", "disconnected"].includes(line.connectionState) && fail(parts);
    await line.setLocalDescription(await line.createOffer());
    const answer = await fetch(parts.props.address, { method: "POST", headers: { "content-type": "application/sdp" }, body: line.localDescription.sdp, credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    await line.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }

  function fail(parts) {
    end(parts);
    show(parts, "failed");
    parts.timer = setTimeout(() => parts.root.isConnected && begin(parts), AGAIN_MS);
  }

  function end(parts) {
    clearTimeout(parts.timer);
    if (parts.line) parts.line.close();
    if (parts.picture) parts.picture.remove();
    parts.line = parts.picture = null;
  }

  Cockpit.define("video", { body: "video", build, paint, drop: end });
})();
