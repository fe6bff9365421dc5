/** A user's page: the profile, where it comes from, and what did not fit. */

import { keepSearch, lastSearch } from "./address.js";
import { h, reconcile, say } from "./dom.js";
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
	const places = [h("div"), h("div"), h("div")];
	const [top, ...columns] = places;
	main.append(h("div.view", h("p.back", h("a", { href: lastSearch() }, "← Users")), problem, top, h("div.columns", columns)));
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
				contents(answer.data, answer.text).forEach((parts, place) =>
					reconcile(places[place], parts, ([name]) => name, ([name, value]) => PARTS[name](value)));
				document.title = `${title(answer.data)} · user-sync`;
			}
		} catch (error) {
			if (flight.signal.aborted) return;
			const gone = error.kind === "user-not-found", passing = passes(error), kept = passing && etag;
			tell(problem, kept ? stale("search", error) : gone ? notice(etag ? "This user was deleted" : "There is no such user") : refusal("search", error));
			if (!kept) for (const place of places) place.replaceChildren();
			if (!passing && !gone) return;
		}
		timer = setTimeout(next, LIVE_MS);
	}

	const next = () => (document.hidden ? (timer = setTimeout(next, LIVE_MS)) : load());

	load();
	return { leave() { clearTimeout(timer); flight.abort(); } };
}

/** How a part looks. A part is made anew only when what it shows has changed: what is open in the others stays so. */
const PARTS = {
	heading: ({ user, text }) => h("header.row.apart",
		h("div", h("h1", h("bdi", title(user)), " ", badges(user)), h("p.muted", h("bdi.mono", user.user_id))),
		// As it came where the browser can't keep every digit of a number.
		copy(JSON.rawJSON ? JSON.stringify(user, null, 2) : text)),
	misfits: (fields) => h("p.flag", "Kept as they came, because they did not fit their fields, and out of search’s reach: ", h("code", fields.join(", "))),
	cut: () => h("p.flag", "The metadata is too large to be filtered by in full; filters see its first part."),
	profile: (fields) => card("Profile", facts(fields.map(([field, value]) => [words(field), shown(field, value)]))),
	app_metadata: (value) => branch("App metadata", value),
	user_metadata: (value) => branch("User metadata", value),
	unknown_fields: (value) => branch("Unknown fields", value),
	identities: (all) => card("Identities", h("ul.lines", all.map(identity)), !all.length && h("p.muted", "None.")),
	origin: ({ event, indexed_at: indexed }) => card("What this state comes from", facts([
		["Event", event.type === "user.read" ? "read from an export" : event.type],
		event.time && ["Happened", moment(event.time, true)],
		indexed && ["Indexed", moment(indexed, true)],
		...["id", "stream", "tenant"].map((part) => event[part] && [part, h("bdi.mono", event[part])])])),
};

const filled = (value) => Object.keys(value ?? {}).length > 0;

/** What the parts at the top, on the left and on the right show. */
function contents(user, text) {
	const { event = {}, identities = [], misfit_fields: misfits = [], indexed_at } = user;
	return [
		{ heading: { user, text }, misfits: filled(misfits) && misfits, cut: user.attributes_truncated },
		{
			profile: Object.entries(user).filter(([field]) => !ELSEWHERE.test(field)),
			...Object.fromEntries(["app_metadata", "user_metadata", "unknown_fields"].map((field) => [field, filled(user[field]) && user[field]])),
		},
		{ identities, origin: { event, indexed_at } },
	].map((parts) => Object.entries(parts).filter(([, value]) => value));
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

const branch = (name, value) => card(name, h("div.tree", Object.entries(value).map(([key, item]) => tree(key, item))));

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
