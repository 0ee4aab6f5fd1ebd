// The panel `plans`: each plan that is being carried out as a line of steps, and below it the step that is due with its time.
(() => {
  "use strict";
  const Cockpit = (window.Cockpit = window.Cockpit || {});
  const { make, say, mark } = Cockpit.dom;
  const OVER = ["DONE", "SKIPPED", "DROPPED"];

  Cockpit.addWords({ plan_steps: ["步", "steps"], plan_next: ["下一步", "next"], more_plans: ["项预案未显示", "more plans"] });

  function build(root, ctx, el) {
    const parts = { root, el, blocks: new Map(), last: null };
    parts.watch = new ResizeObserver(() => parts.last && fit(parts));
    parts.watch.observe(el);
    parts.timer = setInterval(() => parts.last && tick(parts, parts.last), 1000);
    return parts;
  }

  function paint(parts, props, ctx) {
    parts.last = ctx;
    const wanted = new Set(props.plans.map((plan) => plan.key));
    for (const [key, block] of parts.blocks) {
      if (!wanted.has(key)) {
        block.node.remove();
        parts.blocks.delete(key);
      }
    }
    props.plans.forEach((plan, i) => {
      const block = parts.blocks.get(plan.key) || newBlock(parts, plan.key);
      fill(block, plan, ctx);
      if (parts.root.children[i] !== block.node) parts.root.insertBefore(block.node, parts.root.children[i] || null);
    });
    fit(parts);
    tick(parts, ctx);
    Cockpit.quiet(parts, props.why, ctx);
  }

  /** Only whole blocks are shown; the first one in any case. */
  function fit(parts) {
    const end = parts.root.clientHeight;
    const nodes = [...parts.root.children].filter((node) => node.classList.contains("plan"));
    for (const node of nodes) node.hidden = false;
    const fits = nodes.map((node, i) => i === 0 || node.offsetTop + node.offsetHeight <= end);
    nodes.forEach((node, i) => (node.hidden = !fits[i]));
  }

  function newBlock(parts, key) {
    const node = make("a", "plan", parts.root);
    const head = make("div", "plan-head", node);
    const block = { node, title: make("b", "plan-title", head), done: make("span", "plan-done", head) };
    block.steps = make("ol", "plan-steps", node);
    block.about = make("div", "plan-about", node);
    const foot = make("div", "plan-foot", node);
    block.next = make("span", "plan-next", foot);
    block.left = make("span", "plan-left", foot);
    parts.blocks.set(key, block);
    return block;
  }

  function fill(block, plan, ctx) {
    const { lang } = ctx;
    block.plan = plan;
    block.node.href = Cockpit.deskOf(plan.number, lang);
    say(block.title, `${plan.exercise ? `【${Cockpit.word("exercise", lang)}】` : ""}${plan.incident}`);
    say(block.about, plan.title);
    const over = plan.steps.filter((step) => OVER.includes(step.state)).length;
    say(block.done, `${over} / ${plan.steps.length}`);
    plan.steps.forEach((step, i) => {
      const node = block.steps.children[i] || make("li", "plan-step", block.steps);
      mark(node, "data-state", step.state);
      mark(node, "title", step.name);
    });
    while (block.steps.children.length > plan.steps.length) block.steps.lastChild.remove();
    const open = plan.steps.filter((step) => step.state === "OPEN");
    block.due = open.filter((step) => step.due_ms).sort((a, b) => a.due_ms - b.due_ms)[0] || open[0] || null;
    say(block.next, block.due ? `${Cockpit.word("plan_next", lang)}${lang === "en" ? ": " : "："}${block.due.name}` : plan.place);
  }

  function tick(parts, ctx) {
    for (const block of parts.blocks.values()) {
      const due = block.due && block.due.due_ms;
      say(block.left, due ? Cockpit.timeLeft(due - ctx.now(), ctx.lang) : "");
      mark(block.node, "data-light", due && due < ctx.now() ? "alarm" : null);
      block.plan.steps.forEach((step, i) => mark(block.steps.children[i], "data-late", step.late || (step.due_ms && step.due_ms < ctx.now()) ? "" : null));
    }
  }

  const drop = (parts) => {
    parts.watch.disconnect();
    clearInterval(parts.timer);
  };

  Cockpit.define("plans", { body: "plans", build, paint, drop });
})();
