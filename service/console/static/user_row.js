/** A user in the list of results. */

import { link } from "./address.js";
import { h } from "./dom.js";
import { moment } from "./format.js";

const NAMES = ["name", "nickname", "username", "email", "phone_number", "user_id"];

const ESCAPED = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

const plain = (text) => text.replace(/&[#\w]+;/g, (one) => ESCAPED[one] ?? one);

/** Highlights are HTML of escaped text and <mark>: read, but never as markup. */
const marked = (html) => html.split("<mark>").flatMap((part, place) => {
	if (!place) return plain(part);
	const [match, rest = ""] = part.split("</mark>");
	return [h("mark", plain(match)), plain(rest)];
});

/** Fields that say what to call a user: where there is no name, Auth0 puts the address there. */
function naming(document) {
	const parts = ["given_name", "family_name"].filter((field) => document[field]);
	return parts.length && (document.name ?? document.email) === document.email ? parts : [NAMES.find((field) => document[field]?.trim())];
}

/** What to call a user. */
export const title = (document) => naming(document).map((field) => document[field]).join(" ");

export const badges = (document) => [
	document.blocked && h("span.tag.bad", "blocked"),
	document.email && document.email_verified === false && h("span.tag.warn", "unverified"),
	document.multifactor?.length > 0 && h("span.tag", "MFA"),
];

/** marks: highlighted texts by field. */
export function userRow({ document, marks }) {
	const shown = (field) => (marks[field] ? marked(marks[field]) : document[field]);
	const text = (field) => h("bdi", shown(field));
	const names = naming(document);
	const under = ["email", "phone_number", "username", "user_id"].filter((field) => !names.includes(field) && document[field] && (field === "email" || marks[field] || (!document.email && field !== "username")));
	const [connection = "", ...others] = new Set((document.identities ?? []).map((identity) => identity.connection));
	return h("li", h("a", { href: link("users", document.user_id) },
		h("span.who", h("span.name", h("bdi", names.flatMap((field) => [" ", shown(field)]).slice(1)), badges(document)), h("span.sub", under.slice(0, 2).map(text))),
		h("span.about",
			h("span.cut", connection, others.length > 0 && h("span.muted", ` +${others.length}`)),
			h("span.muted", document.last_login ? ["seen ", moment(document.last_login)] : "no sign-in known"))));
}
