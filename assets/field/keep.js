// What this phone keeps: what was done and is not yet sent (with its photos), and what was last heard. Both survive a reload.
(() => {
  "use strict";
  const Field = window.Field;
  let opening = null;

  function open() {
    opening = opening || new Promise((found, failed) => {
      const asked = indexedDB.open("cockpit-field", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("queue", { keyPath: "id", autoIncrement: true });
        asked.result.createObjectStore("seen");
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        found(asked.result);
      };
      asked.onerror = () => failed(asked.error);
    });
    return opening;
  }

  /** Runs `work(store)` in one transaction; answers its result once that is durable. */
  async function within(name, mode, work) {
    const base = await open();
    return new Promise((done, failed) => {
      const act = base.transaction(name, mode, { durability: "strict" });
      const request = work(act.objectStore(name));
      act.oncomplete = () => done(request && request.result);
      act.onabort = act.onerror = () => failed(act.error || (request && request.error));
    });
  }

  Field.keep = {
    add: (one) => within("queue", "readwrite", (store) => store.add(one)),
    put: (one) => within("queue", "readwrite", (store) => store.put(one)),
    drop: (id) => within("queue", "readwrite", (store) => store.delete(id)),
    all: () => within("queue", "readonly", (store) => store.getAll()),
    see: (key, value) => within("seen", "readwrite", (store) => store.put(value, key)),
    seen: (key) => within("seen", "readonly", (store) => store.get(key)),
  };
})();
