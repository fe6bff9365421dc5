/** A user's page: the profile, where it comes from, and what did not fit. */

import { keepSearch, lastSearch } from "./address.js";
import { h, say } from "./dom.js";
import { moment, words } from "./format.js";
import { card, facts, notice, passes, refusal, stale, tell } from "./parts.js";
import { user } from "./api.js";
import { tree } from "./tree.js";
import { badges, title } from "./user_row.js";

const LIVE_MS = 4000;
/** What has a place of its own on the page; the rest is the profile. */
const ELSEWHERE = /^(user_id|identities|.*metadata|unknown_fields|misfit_fields|attributes.*|event|indexed_at)$/;
const TIMES = /_at$|^last_(login|password_reset)$/;

export function show(main, { id }) {
	const problem = h("div", { role: "alert" });
	const page = h("div");
	main.append(h("div.view", h("p.back", h("a", { href: lastSearch() }, "← Users")), problem, page));
	keepSearch();
	const flight = new AbortController();
	let etag = null, timer;

	async function load() {
		try {
			const answer = await user(id, etag, flight.signal);
			problem.replaceChildren();
			if (answer.data) {
				if (etag) say("The user has changed");
				({ etag } = answer);
				page.replaceChildren(...content(answer.data, answer.text));
				document.title = `${title(answer.data)} · user-sync`;
			}
		} catch (error) {
			if (flight.signal.aborted) return;
			const gone = error.kind === "user-not-found", passing = passes(error), kept = passing && etag;
			tell(problem, kept ? stale("search", error) : gone ? notice(etag ? "This user was deleted" : "There is no such user") : refusal("search", error));
			if (!kept) page.replaceChildren();
			if (!passing && !gone) return;
		}
		timer = setTimeout(next, LIVE_MS);
	}

	const next = () => (document.hidden ? (timer = setTimeout(next, LIVE_MS)) : load());

	load();
	return { leave() { clearTimeout(timer); flight.abort(); } };
}

function content(user, text) {
	const misfits = user.misfit_fields ?? [];
	const { event = {}, identities = [] } = user;
	return [
		h("header.row.apart",
			h("div", h("h1", h("bdi", title(user)), " ", badges(user)), h("p.muted", h("bdi.mono", user.user_id))),
			// As it came where the browser can't keep every digit of a number.
			copy(JSON.rawJSON ? JSON.stringify(user, null, 2) : text)),
		misfits.length > 0 && h("p.flag", "Kept as they came, because they did not fit their fields, and out of search’s reach: ", h("code", misfits.join(", "))),
		user.attributes_truncated && h("p.flag", "The metadata is too large to be filtered by in full; filters see its first part."),
		h("div.columns",
			h("div",
				card("Profile", facts(Object.keys(user).filter((field) => !ELSEWHERE.test(field)).map((field) => [words(field), shown(field, user[field])]))),
				branch("App metadata", user.app_metadata), branch("User metadata", user.user_metadata), branch("Unknown fields", user.unknown_fields)),
			h("div",
				card("Identities", h("ul.lines", identities.map(identity)), !identities.length && h("p.muted", "None.")),
				card("What this state comes from", facts([
					["Event", event.type === "user.read" ? "read from an export" : event.type],
					event.time && ["Happened", moment(event.time, true)],
					user.indexed_at && ["Indexed", moment(user.indexed_at, true)],
					...["id", "stream", "tenant"].map((part) => event[part] && [part, h("bdi.mono", event[part])])])))),
	].filter(Boolean);
}

function shown(field, value) {
	if (TIMES.test(field)) return moment(value, true);
	if (typeof value === "boolean") return value ? "yes" : "no";
	// Too large a number is an object that no String() takes.
	if (JSON.isRawJSON?.(value)) return h("bdi", value.rawJSON);
	return h("bdi", Array.isArray(value) ? value.join(", ") || "none" : String(value));
}

const identity = (one) => h("li",
	h("strong", one.connection ?? one.provider), one.isSocial && h("span.tag", "social"),
	facts([["Provider", one.provider], one.user_id !== undefined && ["User id", h("bdi.mono", String(one.user_id))]]),
	h("div.tree", ["profileData", "unknown_fields"].map((part) => one[part] && tree(part, one[part], 3))));

const branch = (name, value) => Object.keys(value ?? {}).length > 0 && card(name, h("div.tree", Object.entries(value).map(([key, item]) => tree(key, item))));

/** Over plain http from another host there is only the old way. */
async function toClipboard(text) {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	const before = document.activeElement;
	const area = h("textarea.unseen", text);
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	before.focus();
	if (!done) throw new Error("not allowed");
}

function copy(text) {
	const button = h("button", { onclick: async () => {
		button.textContent = await toClipboard(text).then(() => "Copied", () => "Copying is not allowed here");
		say(button.textContent);
		setTimeout(() => { button.textContent = "Copy as JSON"; }, 1500);
	} }, "Copy as JSON");
	return button;
}
