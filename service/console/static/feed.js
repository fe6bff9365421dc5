/** The status of the last five minutes, asked for while somebody looks. */

import { ask } from "./api.js";

const EVERY_MS = 2000;
const KEPT = 150;

/** latest: status; error: why there is none now; history: statuses with `at`, ms. */
const feed = { latest: null, error: null, history: [] };
const listeners = new Set();
let timer, asking = false;

/** Call listener after every answer; returns how to stop. */
export function follow(listener) {
	listeners.add(listener);
	if (feed.latest || feed.error) listener(feed);
	return () => listeners.delete(listener);
}

/** Ask now, and from now on. */
export async function refresh() {
	if (asking) return;
	clearTimeout(timer);
	asking = true;
	try {
		const { data } = await ask("admin", "admin/status");
		data.at = performance.now();
		const { history } = feed;
		history.push(data);
		if (history.length > KEPT) history.shift();
		Object.assign(feed, { latest: data, error: null });
	} catch (error) {
		feed.error = error;
		if (error.status === 401 || error.status === 404) feed.latest = null;
	}
	asking = false;
	timer = setTimeout(() => !document.hidden && refresh(), EVERY_MS);
	for (const listener of listeners) listener(feed);
}

document.addEventListener("visibilitychange", () => !document.hidden && refresh());
