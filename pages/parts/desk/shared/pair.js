// A pair of answers is compared instead of judged by the rubric: one question with four values, by the side on which this
// reviewer sees an answer. The server alone knows which answer stands on which side.

import { t } from "./words.js";

export const PREFERENCE = "pair:preference"; // no dimension of a rubric has this name

// The question about a pair, as a dimension of a rubric. If both answers are bad, there may be more to say.
export function preference() {
  const value = (name, key, shown) => ({ value: name, key, shown, guidance: "" });
  return {
    name: PREFERENCE, title: t("Which answer is better?"), scale: "nominal", required: true, guidance: "", multiple: false, shown_when: {},
    not_fine: ["both_bad"],
    values: [value("left", "1", t("Answer 1")), value("right", "2", t("Answer 2")), value("tie", "3", t("Equally good")),
      value("both_bad", "4", t("Both bad"))],
  };
}

export function isPair(client, assignment) {
  return Boolean(client.items.get(assignment)?.pair);
}

// What is asked about an item: the rubric, or the one question about a pair.
export function rubricOf(client, assignment) {
  return isPair(client, assignment) ? { ...client.rubric, dimensions: [preference()] } : client.rubric;
}

// Everything that the desk may ask about.
export function askable(client) {
  return [...client.rubric.dimensions, preference()];
}
