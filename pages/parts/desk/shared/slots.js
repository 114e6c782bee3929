// Each item has a slot of its own. The next item is laid out, scrolled and painted behind the one on the screen, so going on
// only changes which of the two is in front.

import { el, setFlag } from "./dom.js";
import { buildItem } from "./pair_view.js";

export function slotFor(view, assignment) {
  let slot = view.slots.get(assignment);
  if (!slot) {
    const item = view.client.items.get(assignment);
    // A pair is often plain text alone, so nothing in it could take the focus to scroll it.
    slot = el("div", { class: "sc-slot", tabindex: item.pair ? "0" : null }, buildItem(item));
    view.slots.set(assignment, slot);
  }
  if (slot.parentElement !== view.paneNode) {
    slot.inert = true; // it may have been on the screen before; only present() shows a slot
    setFlag(slot, "data-behind", true);
    view.paneNode.append(slot);
    scrollToTarget(slot);
  }
  return slot;
}

export function present(view, slot) {
  if (view.passed === slot) view.passed = null;
  finishShowing(view);
  if (view.slot !== slot) view.passed = view.slot;
  if (view.passed) setFlag(view.passed, "data-behind", true);
  if (slot.parentElement !== view.paneNode) view.paneNode.append(slot);
  setFlag(slot, "data-behind", false);
  view.slot = slot;
}

// Remove the previous item and make this one interactive. Both restyle a whole item, so they wait until it is painted.
export function finishShowing(view) {
  view.passed?.remove();
  view.passed = null;
  if (view.slot) view.slot.inert = false;
}

export function prepare(view, next) {
  const { client } = view;
  for (const [id, slot] of view.slots) {
    if (id === client.current || id === next) continue;
    slot.remove();
    view.slots.delete(id);
  }
  if (client.items.has(next)) slotFor(view, next);
}

// Drop the slot of an item that has come again. A slot on the screen stays until it is replaced.
export function dropSlot(view, assignment) {
  const slot = view.slots.get(assignment);
  if (slot && slot !== view.slot) slot.remove();
  view.slots.delete(assignment);
}

// Bring the judged answer into view, together with the question before it if both fit.
export function scrollToTarget(slot) {
  const target = slot.querySelector("[data-target]");
  slot.scrollTop = 0;
  if (!target || slot.scrollHeight <= slot.clientHeight) return;
  const question = target.previousElementSibling;
  const bottom = target.offsetTop + target.offsetHeight;
  const both = question && bottom - question.offsetTop <= slot.clientHeight - 24;
  slot.scrollTop = (both ? question : target).offsetTop - 12;
}
