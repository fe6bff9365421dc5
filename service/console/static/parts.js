/** Parts that several views show. */

import { askForTokens } from "./dialogs.js";
import { h } from "./dom.js";

/** In place of content. */
export const notice = (title, ...more) => h("div.notice", h("p.title", title), more.map((one) => h("p", one)));

/** Why an API gives no answer. retrying: whether the view asks again by itself. */
export function refusal(room, { status, detail }, retrying = false) {
	const again = retrying && " Trying again…";
	if (status === 401) return notice(`This needs a valid ${room} token`, h("button.primary", { onclick: askForTokens }, "Enter token"));
	if (status === 404) return notice(`The ${room} API is off`, `Set USER_SYNC_${room.toUpperCase()}_TOKENS where the service runs.`);
	if (status === 0) return notice("No answer", again);
	if (status === 503) return notice(room === "search" ? "OpenSearch can’t be searched now" : "The journal can’t be read now", [detail, again]);
	return notice("That did not work", detail);
}

export const facts = (pairs) => h("dl.facts", pairs.filter(Boolean).map(([name, value]) => h("div", h("dt", name), h("dd", value))));

export const card = (title, ...content) => h("section.card", h("h2", title), content);
