/** Small line charts as inline SVG, and what they show of statuses two seconds apart. */

import { h, svg } from "./dom.js";
import { span } from "./format.js";

const WIDTH = 300, HEIGHT = 64, LEAST_MS = 30_000;

/** series: its names; show: a value as text. `draw` takes points {at, values}: times in ms, null for no value. */
export function chart(title, series, show) {
	const now = h("p.now");
	const lines = series.map((_, place) => svg(`path.line.line${place}`));
	const area = svg("path.area");
	const picture = svg("svg.plot", { viewBox: `0 -2 ${WIDTH} ${HEIGHT + 4}`, preserveAspectRatio: "none", role: "img", "aria-label": title }, area, lines);
	const scale = h("span.scale");
	const time = h("p.hint");
	const node = h("figure.card", h("figcaption", title), now, h("div.plot-box", picture, scale), time);
	const told = (value) => (value === null ? "–" : show(value));

	function draw(points) {
		const last = points.at(-1);
		if (!last) return;
		const highest = Math.max(...points.flatMap(({ values }) => values));
		const shown = Math.max(LEAST_MS, last.at - points[0].at);
		const x = (at) => (WIDTH * (1 - (last.at - at) / shown)).toFixed(1);
		const y = (value) => (HEIGHT * (1 - value / (highest || 1))).toFixed(1);
		lines.forEach((line, place) => {
			const known = points.filter(({ values }) => values[place] !== null);
			const path = known.map(({ at, values }) => `${x(at)} ${y(values[place])}`).join("L");
			line.setAttribute("d", path && `M${path}`);
			if (!place) area.setAttribute("d", path && `M${path}V${HEIGHT}H${x(known[0].at)}Z`);
		});
		now.replaceChildren(...series.map((name, place) => h(`span.figure${place}`, h("strong", told(last.values[place])), name && ` ${name} `)));
		time.textContent = `last ${span(shown / 1000)}`;
		scale.textContent = highest ? show(highest) : "";
		picture.setAttribute("aria-label", `${title}, now ${last.values.map((value, place) => `${told(value)} ${series[place]}`).join(", ")}; highest ${show(highest)}`);
	}

	return { node, draw };
}

const LAG_WINDOW = 15;

/** Of each status and the one `back` before it, or the first. */
const compared = (history, back, read) => history.slice(1).map((status, place) =>
	({ at: status.at, values: read(status, history[Math.max(0, place + 1 - back)]) }));

/** Counts a second. */
export const rates = (history, counts) => compared(history, 1, (status, before) =>
	counts.map((count) => Math.max(0, (count(status) - count(before)) * 1000 / (status.at - before.at))));

export const levels = (history, read) => history.map((status) => ({ at: status.at, values: [read(status)] }));

/** Searchable lag's quantiles over half a minute; null while nothing was indexed. */
export const lags = (history, shares) => compared(history, LAG_WINDOW, (status, before) =>
	shares.map((share) => quantile(before.searchable_lag.buckets, status.searchable_lag.buckets, share)));

/** Of what came between two cumulative histograms, interpolated within its bucket, in seconds. */
function quantile(before, after, share) {
	const grown = after.map(({ events }, place) => events - before[place].events);
	const wanted = grown.at(-1) * share;
	if (wanted <= 0) return null;
	const place = grown.findIndex((events) => events >= wanted);
	const [low, below] = place ? [after[place - 1].le_seconds, grown[place - 1]] : [0, 0];
	return low + ((after[place].le_seconds ?? low) - low) * (wanted - below) / (grown[place] - below);
}
