// The right side of the desk alone, to try a rubric before it is saved: nothing is kept and nothing is sent.

import { el } from "../shared/dom.js";
import { answered, draftOf } from "../shared/drafts.js";
import { buildRubric, focusField, showRubric } from "../shared/rubric.js";

const DESK = { texts: [], start: () => ({}) };

export function component({ data, parentElement }) {
  const place = parentElement.querySelector(".sc-preview-place") ?? parentElement;
  const text = JSON.stringify(data.rubric);
  if (place.dataset.rubric === text) return;
  place.dataset.rubric = text;
  const view = viewOf(data.rubric);
  buildRubric(view);
  focusField(view, data.rubric.dimensions[0].name, { quietly: true });
  showRubric(view);
  place.replaceChildren(view.root);
}

function viewOf(rubric) {
  const fieldsNode = el("div", { class: "sc-fields" });
  const view = {
    client: { rubric, current: "preview", items: new Map(), drafts: new Map(), mine: new Map(), desk: DESK },
    fields: new Map(), fieldsNode, rubricNode: fieldsNode, scrollNode: fieldsNode,
    focus: null, tall: false, painting: true, coarse: true,
  };
  view.root = el("div", { class: "sc-annotator sc-preview", "data-guidance": true }, fieldsNode);
  view.act = {
    choose: (name, value) => choose(view, name, value),
    number: (name, value) => choose(view, name, value),
  };
  return view;
}

// Choosing again takes back, as on the desk, so that each condition can be tried both ways.
function choose(view, name, value) {
  const { labels } = draftOf(view.client, "preview");
  const { multiple } = view.client.rubric.dimensions.find((d) => d.name === name);
  const before = labels[name];
  if (!multiple) labels[name] = before === value ? "" : value;
  else labels[name] = (before ?? []).includes(value) ? before.filter((one) => one !== value) : [...(before ?? []), value];
  if (!answered(labels[name])) delete labels[name];
  focusField(view, name, { quietly: true });
  showRubric(view);
}
