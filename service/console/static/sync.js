/** The sync: what comes in, what became of it, what waits, and what is wrong. */

import { chart, lags, levels, rates } from "./chart.js";
import { h, reconcile, say } from "./dom.js";
import { follow } from "./feed.js";
import { bytes, decimal, health, moment, number, plural, span, sum, words } from "./format.js";
import { card, facts, refusal, stale, tell } from "./parts.js";

const ENDS = {
	applied: "written to the index", stale: "older than what the index has", duplicate: "came before", superseded: "a newer one came",
	ignored: "of a type not handled", test: "Auth0’s test events", refused: "of another tenant", dropped: "dead letters given up",
	dead_letters: "could not be indexed", journal: "to be indexed",
};

export function show(main) {
	const rate = (value) => `${decimal(value)}/s`;
	const charts = [
		[chart("Received", [""], rate), (history) => rates(history, [(status) => status.accounting.received])],
		[chart("Settled", ["applied", "other"], rate), (history) => rates(history, [
			({ accounting }) => accounting.applied, ({ accounting }) => accounting.stale + accounting.duplicate + accounting.superseded])],
		[chart("Waiting in the journal", [""], number), (history) => levels(history, (status) => status.journal.events)],
		[chart("Oldest event’s age", [""], span), (history) => levels(history, (status) => status.journal.oldest_age_seconds)],
		[chart("Searchable after", ["p50", "p99"], span), (history) => lags(history, [0.5, 0.99])],
	];
	const problem = h("div", { role: "alert" });
	const summary = h("p.top");
	const checks = h("ul.lines");
	const books = h("div"), door = h("div");
	const content = h("div", { hidden: true }, summary,
		h("div.charts", charts.map(([one]) => one.node)),
		h("div.columns",
			h("div", card("Checks", checks), card("At the public door", door)),
			h("div", card("Every event’s whereabouts", books))));
	main.append(h("div.view", h("h1.unseen", "Sync"), problem, content));
	let before;

	function draw({ latest, error, history }) {
		if (error) tell(problem, latest ? stale("admin", error) : refusal("admin", error));
		else problem.replaceChildren();
		content.hidden = !latest;
		summary.hidden = Boolean(error); // what was well may not be now
		if (!latest) return;
		for (const [one, points] of charts) one.draw(points(history));
		const failing = latest.checks.filter((check) => !check.ok).length;
		const state = health(failing);
		summary.replaceChildren(h(failing ? "strong.bad" : "strong.ok", state), h("span.muted", ` · version ${latest.version}`));
		if (before && before !== state) say(state);
		before = state;
		reconcile(checks, latest.checks, (check) => check.name, checkLine);
		books.replaceChildren(...accounting(latest));
		door.replaceChildren(...atTheDoor(latest));
	}

	return { leave: follow(draw) };
}

const checkLine = ({ name, ok, state, advice }) => h(ok ? "li.check" : "li.check.failing",
	h("span.sign", { role: "img", "aria-label": ok ? "fine" : "failing" }, ok ? "✓" : "!"),
	h("div", h("strong", name === "opensearch" ? "OpenSearch" : words(name)), h("p.muted", state),
		advice && h("p", "→ ", name === "dead_letters" ? h("a", { href: "#/dead-letters" }, "look at them") : advice)));

const accounting = ({ accounting: counts, journal }) => [
	h("table",
		h("thead", h("tr", h("th", { scope: "row", colspan: 2 }, "Received"), h("td", number(counts.received)))),
		h("tbody", Object.entries(ENDS).map(([end, meaning]) => h(counts[end] ? `tr.${end}` : "tr.muted",
			h("th", { scope: "row" }, words(end)), h("td.hint", meaning), h("td", number(counts[end])))))),
	h(counts.balanced ? "p.ok" : "p.bad", counts.balanced ? "Nothing is missing: they add up to what was received." : "They don’t add up to what was received."),
	h("p.hint", `${bytes(journal.bytes)} in the journal, dead letters included`),
];

function atTheDoor({ door, last_test_event: test }) {
	const lost = sum(door.losses.map((loss) => loss.requests));
	return [
		h(lost ? "p.bad" : "p.ok", lost
			? `${plural(lost, "request")} refused for good since the start. If Auth0’s, the events are lost.`
			: "None was refused for good since the start."),
		facts([...door.losses.map((loss) => [`${loss.http_status} ${words(loss.reason)}`, number(loss.requests)]), ["Last test event", test ? moment(test, true) : "none yet"]]),
	];
}
