/** *Report and leave*: one press, in the call or after it; then, for whoever wants to, what happened. */

import { byId, onPress, show } from "./dom.js";

/** @import { Desk } from "./desk.js" */

export class ReportForm {
  #desk;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    for (const id of ["report", "report-after"]) onPress(id, () => desk.act("report", {}));
    byId("report-form", HTMLFormElement).addEventListener("submit", (event) => this.#explain(event));
  }

  render() {
    const { state, screen } = this.#desk.session;
    if (!state) return;
    const { call, reported } = state;
    const talked = Boolean(call?.started_at);
    show(byId("report"), talked);
    show(byId("report-after"), screen === "over" && talked && !reported);
    show(byId("over-report"), Boolean(reported));
    show(byId("report-form"), reported?.explained === false);
    show(byId("report-thanks"), reported?.explained === true);
  }

  /** @param {Event} event */
  #explain(event) {
    event.preventDefault();
    this.#desk.act("report.explain", { words: byId("report-words", HTMLTextAreaElement).value });
  }
}
