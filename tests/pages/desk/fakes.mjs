// What the desks' scripts need of a browser, in a few lines: two storages, nodes that hold children and attributes, and
// the state of the connection. Import it before the scripts.

class Storage {
  #kept = new Map();
  getItem(name) { return this.#kept.get(name) ?? null; }
  setItem(name, text) { this.#kept.set(name, String(text)); this[name] = text; }
  removeItem(name) { this.#kept.delete(name); delete this[name]; }
}

export class FakeNode {
  constructor(tag) {
    Object.assign(this, { tag, children: [], parentElement: null, attributes: new Map(), inert: false });
    Object.assign(this, { scrollTop: 0, scrollHeight: 0, clientHeight: 0, clientWidth: 1280, offsetTop: 0, offsetHeight: 0, isConnected: true });
    Object.assign(this, { style: { setProperty() {} }, classList: { add() {}, remove() {} }, value: "", offsetParent: null });
  }
  append(...children) {
    for (const child of children) {
      if (child instanceof FakeNode) {
        child.remove();
        child.parentElement = this;
      }
      this.children.push(child);
    }
  }
  remove() {
    if (this.parentElement) this.parentElement.children = this.parentElement.children.filter((one) => one !== this);
    this.parentElement = null;
  }
  replaceChildren(...children) { this.children = []; this.append(...children); }
  get previousElementSibling() { return this.parentElement?.children[this.parentElement.children.indexOf(this) - 1] ?? null; }
  get firstChild() { return this.children[0] ?? null; }
  get textContent() { return this.children.map((one) => one.textContent ?? one).join(""); }
  set textContent(text) { this.children = [text]; }
  setAttribute(name, value) { this.attributes.set(name, value); }
  getAttribute(name) { return this.attributes.get(name) ?? null; }
  hasAttribute(name) { return this.attributes.has(name); }
  toggleAttribute(name, on) { if (on) this.attributes.set(name, ""); else this.attributes.delete(name); }
  addEventListener() {}
  setSelectionRange() {}
  focus() { document.activeElement = this; }
  contains(other) { return other === this || this.children.some((one) => one instanceof FakeNode && one.contains(other)); }
  matches() { return false; }
  closest() { return null; }
  getBoundingClientRect() { return { top: 0, bottom: 0, left: 0, right: 0 }; }
  querySelectorAll() { return []; }
  scrollIntoView() {}
  all() { return this.children.flatMap((one) => (one instanceof FakeNode ? [one, ...one.all()] : [])); }
  querySelector(selector) {
    return this.all().find((one) => one.hasAttribute(selector.slice(1, -1))) ?? null;
  }
}

export class FakeInput extends FakeNode {}
export class FakeTextArea extends FakeNode {}

globalThis.localStorage = new Storage();
globalThis.sessionStorage = new Storage();
const KINDS = { textarea: FakeTextArea, input: FakeInput };
globalThis.document = { createElement: (tag) => new (KINDS[tag] ?? FakeNode)(tag), querySelector: () => null, activeElement: null };
globalThis.dispatchEvent = () => true;
globalThis.Element = FakeNode;
globalThis.HTMLInputElement = FakeInput;
globalThis.HTMLTextAreaElement = FakeTextArea;
Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true });

export const RUBRIC = {
  version: 1,
  reveal: true,
  dimensions: [
    { name: "correctness", title: "Correctness", required: true, multiple: false, shown_when: {},
      values: [{ value: "wrong", key: "" }, { value: "partly", key: "" }, { value: "correct", key: "" }] },
    { name: "reasons", title: "Reasons", required: true, multiple: true, shown_when: { correctness: ["wrong", "partly"] },
      values: [{ value: "wrong_fact", key: "" }, { value: "incomplete", key: "" }] },
    { name: "tone", title: "Tone", required: false, multiple: false, shown_when: {}, values: [{ value: "rude", key: "r" }] },
  ],
};

export const LIMITS = { comment: 10_000, corrected_answer: 50_000, skip_reason: 500, flag_comment: 1000, flag_span: 2000 };

export function item(assignment, fields = {}) {
  return { assignment, item: `item-${assignment}`, unit: "session", target_turn: null, mine: null,
    messages: [{ role: "user", content: "Where?" }, { role: "assistant", content: "Here." }], ...fields };
}

// What the server sends: so many open items, of which the first few are carried along.
export function answer(order, { held = order, ...fields } = {}) {
  return { rater: { id: "ana", name: "Ana" }, week: { name: "2026-W47", total: order.length, done: 0, left: order.length, minutes_left: null },
    rubric: RUBRIC, order, done: [], skipped: [], taken: {}, items: held.map((id) => item(id)), reveals: {}, findings: {},
    ack: [], rejected: [], trouble: null, heard: null, limits: LIMITS, ...fields };
}

export function names(count, start = 0) {
  return Array.from({ length: count }, (_, k) => `a${k + start}`);
}
