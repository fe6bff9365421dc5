/** Dead letters: why each could not be indexed, and what to do with it. */

import { here, link } from "./address.js";
import { ask } from "./api.js";
import { confirm } from "./dialogs.js";
import { h, reconcile, say } from "./dom.js";
import { follow, refresh } from "./feed.js";
import { bytes, moment, number, plural, sum, words } from "./format.js";
import { facts, notice, refusal, tell } from "./parts.js";
import { results, track } from "./replays.js";

const PAGE = 50, LARGEST_PAGE = 1000;

export function show(main, address) {
	let reason = null, letters = [], next = null, total = 0, upTo = null;
	let turn = 0, counted = null;

	const reasons = h("div.facet", { role: "group", "aria-label": "Reasons" });
	// Those that were counted: what comes while somebody reads the question is not meant.
	let known, count;
	const replayAll = h("button", { onclick: () => replay(known, `all of “${words(reason)}”`, count) });
	const dropAll = h("button.quiet.danger", { onclick: () => drop(known, count) }, "Drop all");
	const actions = h("div.row", { hidden: true }, replayAll, dropAll);
	const problem = h("div", { role: "alert" });
	const trouble = h("div"), outcomes = h("div");
	const list = h("ol.letters", { "aria-label": "Dead letters" });
	const end = h("div.end");
	main.append(h("div.view", h("h1.unseen", "Dead letters"), h("div.row.apart.top", reasons, actions), problem, trouble, outcomes, list, end));

	async function load(further = false) {
		const mine = ++turn;
		const query = [["reason", reason], ["after", further && next], ["limit", further ? PAGE : Math.min(LARGEST_PAGE, Math.max(PAGE, letters.length))]];
		try {
			const { data } = await ask("admin", "admin/dead-letters", { query });
			if (mine !== turn) return;
			letters = further ? [...letters, ...data.dead_letters] : data.dead_letters;
			({ next, total, up_to: upTo } = data);
			problem.replaceChildren();
			draw(data.by_reason);
		} catch (error) {
			if (mine !== turn) return;
			const held = main.contains(document.activeElement);
			counted = null;
			letters = [];
			actions.hidden = true;
			for (const part of [reasons, list, end]) part.replaceChildren();
			tell(problem, refusal("admin", error));
			if (held && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
		}
	}

	function draw(byReason) {
		const held = main.contains(document.activeElement) ? document.activeElement : null;
		const place = [...list.children, end].findIndex((one) => one.contains(held));
		const counts = Object.entries(byReason).sort((a, b) => b[1] - a[1]);
		const all = sum(counts.map(([, count]) => count));
		const chip = ([name, count]) => h(reason === name ? "a.chip.on" : "a.chip", { href: link("dead-letters", null, [["reason", name]]), "aria-current": reason === name && "true" },
			h("span", name ? words(name) : "All"), h("span.muted", number(count)));
		reasons.replaceChildren(...(all ? [[null, all], ...counts].map(chip) : []));
		known = { reason, up_to: upTo };
		count = total;
		replayAll.textContent = `Replay all ${number(count)}`;
		actions.hidden = !(reason && upTo);
		reconcile(list, letters, (letter) => letter.seq, row);
		end.replaceChildren(letters.length ? next ? h("button.quiet", { onclick: () => load(true) }, `More of ${number(total)}`) : ""
			: reason ? notice(`No more of “${words(reason)}”`)
				: notice("No dead letters", "Every event could be indexed, or waits for it."));
		if (!held || held.checkVisibility()) return;
		// Instead of a letter that is gone the one after it, instead of “More” the first that it brought.
		const near = list.children[Math.min(place, list.children.length - 1)]?.firstChild;
		if (near) near.focus();
		else main.focus({ preventScroll: true });
	}

	function row(letter) {
		const { seq } = letter;
		const body = h("div");
		const panel = h("div.panel", { id: `letter-${seq}`, hidden: true },
			h("p", letter.detail),
			facts([["Reason", h("code", letter.reason)], ["Received", moment(letter.received, true)], ["Failed", moment(letter.failed, true)],
				["Attempts", number(letter.attempts)], ["Size", bytes(letter.size)]]),
			body,
			h("div.row",
				h("button.primary", { onclick: () => replay({ seqs: [seq] }, `#${seq}`, 1, letter.reason) }, "Replay"),
				h("button.quiet.danger", { onclick: () => drop({ seqs: [seq] }, 1) }, "Drop"),
				h("button", { onclick: ({ target }) => showBody(seq, body, target) }, "Show body"),
				h("span.hint", "The body holds personal data; looking at it is logged.")));
		const head = h("button.head", { "aria-expanded": "false", "aria-controls": panel.id, onclick: () => {
			panel.hidden = !panel.hidden;
			head.ariaExpanded = String(!panel.hidden);
		} },
		h("span.seq.mono", `#${seq}`),
		h("span.who", h("strong", words(letter.reason)), h("span.sub.cut", letter.detail)),
		h("span.about", h("span", letter.type), h("span.muted", moment(letter.failed))));
		return h("li", head, panel);
	}

	async function replay(what, name, count, code = what.reason) {
		const stale = code === "older_than_retention";
		const answer = count === 1 && !stale ? {} : await confirm(`Replay ${count === 1 ? name : plural(count, "dead letter")}?`, "Replay", "primary",
			stale ? "What is older than the tombstones’ retention is not indexed: a deletion may be forgotten." : "What is still unusable becomes a dead letter again.",
			stale && "Index it all the same, though a deleted user may come back");
		if (!answer) return;
		const answers = await act("replay", { ...what, force: Boolean(answer.option) }, count);
		const replayed = sum(answers.map((one) => one.replayed));
		if (replayed) track(name, replayed, answers.map((one) => one.new_seqs).filter(Boolean));
	}

	async function drop(what, count) {
		const answer = await confirm(`Drop ${plural(count, "dead letter")} for good?`, "Drop", "danger", "They are never indexed then.");
		if (!answer) return;
		const answers = await act("drop", what, count);
		say(`${plural(sum(answers.map((one) => one.dropped)), "dead letter")} dropped`);
	}

	/** Do it, part by part when it is much, and tell of those that others took; answers the API's answers. */
	async function act(name, body, count) {
		const answers = [];
		const warn = (text) => trouble.replaceChildren(h("p.flag", { role: "alert" }, text));
		trouble.replaceChildren();
		try {
			do answers.push((await ask("admin", `admin/dead-letters/${name}`, { body })).data);
			while (answers.at(-1).more);
			const gone = count - sum(answers.map((one) => one.replayed ?? one.dropped));
			if (gone > 0) warn(`${plural(gone, "dead letter")} no longer there: replayed, dropped or expired before.`);
		} catch (error) {
			warn(`The ${name} failed: ${error.detail}`);
		}
		load();
		refresh();
		return answers;
	}

	function update({ query }) {
		reason = query.get("reason");
		letters = [];
		load();
	}

	const stopResults = results((nodes) => outcomes.replaceChildren(...nodes), () => load());
	const stopFeed = follow(({ latest, error }) => {
		if (error) return;
		const now = latest.accounting.dead_letters;
		if (problem.firstChild || (counted !== null && counted !== now)) load();
		counted = now;
	});
	update(address);
	return { update: () => update(here()), leave() { turn += 1; stopFeed(); stopResults(); } };
}

async function showBody(seq, place, button) {
	const shows = place.firstChild !== null;
	button.textContent = shows ? "Show body" : "Hide body";
	place.replaceChildren();
	if (shows) return;
	const text = await ask("admin", `admin/dead-letters/${seq}`, { query: [["body", "true"]] }).then(({ data }) => data.body, (error) => error.detail);
	place.replaceChildren(h("pre", { tabindex: 0, role: "region", "aria-label": `Body of dead letter ${seq}` }, text));
}
