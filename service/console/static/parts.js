/** Parts that several views show. */

import { askForTokens } from "./dialogs.js";
import { h } from "./dom.js";

/** Whether asking again may help. */
export const passes = ({ status }) => !status || status >= 500;

/** Once: put in anew, an alert is read anew, and a button in it loses the focus. */
export const tell = (alert, news) => alert.textContent === news.textContent || alert.replaceChildren(news);

/** In place of content. */
export const notice = (title, ...more) => h("div.notice", h("p.title", title), more.map((one) => h("p", one)));

/** Why an API gives no answer. Views ask again by themselves where that may help. */
export function refusal(room, { status, detail }) {
	const again = " Trying again…";
	if (status === 401) return notice(`This needs a valid ${room} token`, h("button.primary", { onclick: askForTokens }, "Enter token"));
	if (status === 404) return notice(`The ${room} API is off`, `Set USER_SYNC_${room.toUpperCase()}_TOKENS where the service runs.`);
	return notice(trouble(room, status), status === 0 ? again : status === 503 ? [detail, again] : detail);
}

function trouble(room, status) {
	if (status === 0) return "No answer";
	if (status === 503) return room === "search" ? "OpenSearch can’t be searched now" : "The journal can’t be read now";
	return "That did not work";
}

/** Beside content that can't be asked for anew meanwhile. */
export const stale = (room, { status }) => h("p.flag", h("strong", `${trouble(room, status)}.`), " What is shown may be old. Trying again…");

export const facts = (pairs) => h("dl.facts", pairs.filter(Boolean).map(([name, value]) => h("div", h("dt", name), h("dd", value))));

export const card = (title, ...content) => h("section.card", h("h2", title), content);
