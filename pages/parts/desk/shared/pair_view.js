// The left side for any item: a conversation, or a question with two answers beside each other.

import { buildConversation, buildText, buildTurn } from "./conversation.js";
import { el, setAttr } from "./dom.js";
import { draftOf } from "./drafts.js";
import { isPair, PREFERENCE } from "./pair.js";
import { t } from "./words.js";

export function buildItem(item) {
  return item.pair ? buildPair(item) : buildConversation(item);
}

function buildPair(item) {
  return el(
    "article",
    { class: "sc-item", "data-item": item.item },
    ...item.messages.map((message) => buildTurn(message, false, item)),
    el("div", { class: "sc-pair" }, buildSide("left", t("Answer 1"), item), buildSide("right", t("Answer 2"), item)),
  );
}

// One answer. The usual answer is one message, whose role needs no name.
function buildSide(side, title, item) {
  const turns = item.pair[side];
  const alone = turns.length === 1 && turns[0].role === "assistant" && !turns[0].tool_calls?.length;
  return el(
    "section",
    { class: "sc-side", "data-side": side, "aria-label": title },
    el("h3", {}, title),
    ...(alone ? buildText(turns[0].content ?? "") : turns.map((message) => buildTurn(message, false, item))),
  );
}

// Mark the answer that is chosen.
export function markChosen(view) {
  const { client } = view;
  if (!view.slot || !isPair(client, client.current)) return;
  setAttr(view.slot, "data-chosen", draftOf(client, client.current).labels[PREFERENCE] ?? "");
}
