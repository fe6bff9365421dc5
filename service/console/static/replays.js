/** What became of replays: followed to the end, told until put away. */

import { ask } from "./api.js";
import { h, say } from "./dom.js";
import { number, words } from "./format.js";

const EVERY_MS = 700;
const MOST_RANGES = 100; // of one request

let acts = [];
let redraw = () => {}, ended = () => {}, timer;

/** draw: given what to show; whenEnded: called when a replay has ended. Answers how to stop. */
export function results(draw, whenEnded) {
	redraw = () => draw(acts.map(shown));
	ended = whenEnded;
	poll();
	return () => { redraw = ended = () => {}; };
}

/** Follow a replay. ranges: the new seqs, as the API tells them. */
export function track(name, count, ranges) {
	const seqs = ranges.join(",").split(",").slice(-MOST_RANGES).join(",");
	acts = [{ name, seqs, waiting: count, dead_letters: {}, outcomes: {}, left: 0 }, ...acts].slice(0, 5);
	poll();
}

async function poll() {
	clearTimeout(timer);
	redraw();
	for (const act of acts.filter((one) => one.waiting)) {
		const answer = await ask("admin", "admin/replays", { query: [["seqs", act.seqs]] }).catch(() => null);
		if (!answer) continue;
		Object.assign(act, answer.data);
		if (act.waiting) continue;
		say(`Replayed ${act.name}: ${told(act)}`);
		ended();
	}
	redraw();
	if (acts.some((act) => act.waiting)) timer = setTimeout(poll, EVERY_MS);
}

const told = ({ waiting, dead_letters: again, outcomes, left }) => [
	waiting && `${number(waiting)} waiting`,
	...Object.entries(outcomes).map(([outcome, count]) => `${number(count)} ${outcome}`),
	...Object.entries(again).map(([code, count]) => `${number(count)} again a dead letter (${words(code)})`),
	left && `${number(left)} settled`,
].filter(Boolean).join(", ");

const shown = (act) => h("p.flag.row.apart",
	h("span", h("strong", `Replayed ${act.name}`), `: ${told(act)}`),
	h("button.quiet", { "aria-label": "Put away", onclick: () => { acts = acts.filter((one) => one !== act); redraw(); } }, "×"));
