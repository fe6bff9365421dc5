/** Find users: results while one types, filters as chips, all by keyboard. */

import { here, lastSearch, link, settle } from "./address.js";
import { h, reconcile, say } from "./dom.js";
import { facetChips, filterForm, PLAIN, writtenFilters } from "./filters.js";
import { number } from "./format.js";
import { notice, passes, refusal, stale, tell } from "./parts.js";
import { PAGE, search } from "./api.js";
import { userRow } from "./user_row.js";

const LIVE_MS = 4000;
/** Users that one request refreshes; the more are shown, the more seldom. */
const MOST_LIVE = 1000, LIVE_STEP = 250;

const idOf = (user) => user.document.user_id;

/** What was shown when one left: the search, how many users, and the row that had the focus. */
let left = {};

/** Fill main. Answers how to leave, and how to follow the address. */
export function show(main, address) {
	let asked, users = [], next = null, stuck = null, turn = 0, flight = null, timer, entering = false, mistaken = false;

	const box = h("input", {
		id: "search", type: "search", ...PLAIN, placeholder: "Name, e-mail, @domain, phone or id   ( / )", "aria-label": "Search users", "aria-description": "Arrow keys move through the results, Enter opens one, Escape clears",
		oninput: () => change({ q: box.value }), onkeydown: keys,
	});
	const count = h("p.count.under");
	const facets = h("div.facets");
	const form = filterForm((filter) => change({ filters: [...asked.filters, filter] }));
	const problem = h("div", { role: "alert" });
	const list = h("ol.users", { "aria-label": "Users", onkeydown: keys });
	const end = h("div.end");
	const page = h("div.view",
		h("h1.unseen", "Users"),
		h("search",
			box,
			h("div.facets", facets, form)),
		count, problem, list, end);
	main.append(page);
	const watcher = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && loadMore(), { rootMargin: "400px" });
	watcher.observe(end);
	box.focus({ preventScroll: true });

	function keys(event) {
		if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
		const rows = [...list.querySelectorAll("a")];
		const at = rows.indexOf(document.activeElement);
		const to = { ArrowDown: at + 1, ArrowUp: Math.max(at, 0) - 1 }[event.key];
		if (event.key === "Escape") {
			if (at < 0 && box.value) change({ q: (box.value = "") });
			box.focus();
		} else if (event.key === "Enter" && at < 0) {
			entering = true;
			if (!flight) enter();
		} else if (to !== undefined && (at >= 0 || event.key === "ArrowDown")) {
			(to < 0 ? box : rows[Math.min(to, rows.length - 1)] ?? box).focus();
		} else {
			if (event.key.length === 1 && event.key !== "/" && at >= 0) box.focus();
			return;
		}
		event.preventDefault();
	}

	function enter() {
		entering = false;
		if (users.length && box.value) location.hash = link("users", idOf(users[0]));
	}

	function change(part) {
		entering = false;
		asked = { ...asked, ...part };
		const address = link("users", null, [["q", asked.q], ...asked.filters.map((filter) => ["filter", filter])]);
		settle(address);
		const back = left.address === address && left;
		left = {};
		// one more, for behind a full page is a button
		ask(false, back ? back.count + 1 : 0, back);
	}

	/** To the same row at the same place of the screen, whoever came or went above. */
	function goBack({ y, key, top }) {
		scrollTo(0, y);
		const row = [...list.children].find((one) => one.key === key)?.firstChild;
		row?.focus();
		const place = () => row && scrollBy(0, row.getBoundingClientRect().top - top);
		place();
		requestAnimationFrame(() => requestAnimationFrame(place)); // rows get their height in sight
	}

	/** Only the newest question counts: the one before is aborted, and its answer passed over. */
	async function ask(quietly = false, shown = 0, back = false) {
		clearTimeout(timer);
		flight?.abort();
		const mine = ++turn;
		flight = new AbortController();
		page.classList.toggle("asking", !quietly);
		let wait;
		try {
			const answer = await search(asked, { limit: Math.min(MOST_LIVE, Math.max(PAGE, shown)) }, flight.signal);
			if (mine !== turn) return;
			({ users, next } = answer);
			if (!quietly) stuck = null;
			wait = pause();
			draw(answer, quietly);
			if (back) goBack(back);
		} catch (error) {
			if (mine !== turn) return;
			wait = fail(error, quietly);
		}
		flight = null;
		page.classList.remove("asking");
		if (entering) enter();
		if (wait) timer = setTimeout(live, wait);
	}

	const pause = () => LIVE_MS * Math.max(1, Math.ceil(users.length / LIVE_STEP));

	function live() {
		if (document.hidden || flight || users.length > MOST_LIVE) timer = setTimeout(live, LIVE_MS);
		else ask(true, users.length);
	}

	function draw({ total, facets: counted = {}, took_ms: took, forgiving }, quietly) {
		const found = `${number(total.value)}${total.relation === "gte" ? "+" : ""} user${total.value === 1 ? "" : "s"}`;
		const nearly = forgiving && users.length ? ", not quite as typed" : "";
		mistaken = false;
		problem.replaceChildren();
		count.replaceChildren(h("strong", found), h("span.muted",
			nearly,
			` · ${Math.max(1, Math.round(took))} ms`));
		drawFilters(counted, total.value);
		drawUsers();
		if (!quietly) say(users.length ? found + nearly : "No user found");
	}

	function drawFilters(counted, found) {
		const focused = facets.contains(document.activeElement) && document.activeElement;
		const filterBy = (filters) => change({ filters });
		facets.replaceChildren(...facetChips(counted, found, asked.filters, filterBy), ...writtenFilters(asked.filters, takeOff));
		const chips = [...facets.querySelectorAll("button")];
		if (focused) (chips.find((chip) => chip.dataset.key === focused.dataset.key) ?? chips.at(-1) ?? box).focus();
	}

	/** A filter that was not understood goes back to where it was written, to be mended. */
	function takeOff(filters, filter) {
		const written = form.querySelector("input");
		if (mistaken) {
			written.value = filter;
			written.focus();
		}
		change({ filters });
	}

	function drawUsers() {
		reconcile(list, users, idOf, userRow);
		if (users.length > MOST_LIVE && !problem.firstChild) {
			problem.append(h("p.flag.row.apart", `More than ${number(MOST_LIVE)} users are shown: their changes no longer are.`, h("button", { onclick: () => ask() }, "Search anew")));
		}
		const held = end.contains(document.activeElement);
		end.replaceChildren(...(stuck ? [h("p.flag", { role: "alert" }, stuck)] : []), users.length
			? next ? h("button.quiet", { onclick: loadMore }, "More") : ""
			: asked.filters.length ? notice("No user found", "Nobody matches with these filters.")
				: asked.q.trim() ? notice("No user found", "Not by id, nor by name, e-mail or phone, even misspelt.")
					: notice("No users yet", "They come with Auth0’s events, or an imported export."));
		if (held) end.querySelector("button")?.focus({ preventScroll: true });
		if (stuck) return;
		watcher.disconnect();
		watcher.observe(end); // the end may be in sight again, or still
	}

	/** Tell why; answers how long to wait before asking again, false for never. What is shown stays when it only isn't refreshed. */
	function fail(error, quietly) {
		const passing = passes(error), wait = passing && Math.min(10, error.retryAfter) * 1000;
		if (passing && quietly && users.length) {
			tell(problem, stale("search", error));
			return wait;
		}
		tell(problem, error.status === 400 ? notice("This search can’t be understood", error.detail) : refusal("search", error));
		mistaken = error.status === 400;
		if (mistaken) drawFilters({}, 0);
		users = [];
		next = null;
		reconcile(list, users, idOf, userRow);
		for (const part of [end, count]) part.replaceChildren();
		return wait;
	}

	async function loadMore() {
		if (!next || flight) return;
		const mine = turn;
		flight = new AbortController();
		let answer;
		try {
			answer = await search(asked, { cursor: next }, flight.signal);
		} catch (error) {
			if (mine !== turn) return;
			flight = null;
			if (!passes(error)) return ask();
			stuck = error.detail;
			return drawUsers();
		}
		if (mine !== turn) return;
		flight = stuck = null;
		users = [...new Map([...users, ...answer.users].map((user) => [idOf(user), user])).values()];
		({ next } = answer);
		drawUsers();
	}

	function update({ query }) {
		asked = { q: query.get("q") ?? "", filters: query.getAll("filter") };
		if (box.value !== asked.q) box.value = asked.q;
		change({});
	}

	update(address);
	return {
		update: () => update(here()),
		leave() {
			const at = document.activeElement;
			left = { address: lastSearch(), count: users.length, y: scrollY, key: at.parentNode?.key, top: at.getBoundingClientRect().top };
			turn += 1;
			clearTimeout(timer);
			flight?.abort();
			watcher.disconnect();
		},
	};
}
