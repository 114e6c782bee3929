// Helpers that build nodes. Data reaches the page only as text nodes and attribute values; nothing parses markup.

const NO_FRAME_MS = 100;
const IDLE_AT_LAST_MS = 250;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, given] of Object.entries(attributes)) {
    const value = name.startsWith("aria-") && typeof given === "boolean" ? String(given) : given; // ARIA wants the word "false"
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setFlag(node, name, on) {
  if (node.hasAttribute(name) !== on) node.toggleAttribute(name, on);
}

export function setAttr(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

// Run an action after the frame that shows the latest change, and after whatever else waited for that frame. A hidden page
// makes no frames; there the action runs soon.
export function afterFrame(action) {
  let waiting = true;
  const act = () => {
    clearTimeout(late);
    if (waiting) action();
    waiting = false;
  };
  const late = setTimeout(act, NO_FRAME_MS);
  requestAnimationFrame(() => setTimeout(() => setTimeout(act)));
}

export function whenIdle(action) {
  if (globalThis.requestIdleCallback) requestIdleCallback(action, { timeout: IDLE_AT_LAST_MS });
  else setTimeout(action, NO_FRAME_MS);
}

// A toolbar button must not clear the selection (it may be flagged) or take the focus (Enter means submit).
export function toolButton(label, key, action, extra = {}) {
  return el(
    "button",
    { type: "button", class: "sc-tool", onmousedown: (event) => event.preventDefault(), onclick: action, ...extra },
    key && el("kbd", { "aria-hidden": "true" }, key),
    el("span", {}, label),
  );
}

export function newId() {
  if (globalThis.crypto.randomUUID) return crypto.randomUUID();
  // Plain http on a local network has no randomUUID, so a version 4 UUID is made by hand.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
