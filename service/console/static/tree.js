/** JSON as a tree; large branches begin closed, and are made when they are opened. */

import { h } from "./dom.js";
import { plural } from "./format.js";

const OPEN_UP_TO = 12;
const SHOWN = 200;
const LONGEST = 300;

/** depth: branches above, and this one. */
export function tree(label, value, depth = 1) {
	const key = [h("bdi.key", String(label)), ": "];
	if (value === null || typeof value !== "object") return h("div.leaf", key, typeof value === "string" ? string(value) : h("span.lit", String(value)));
	if (JSON.isRawJSON?.(value)) return h("div.leaf", key, h("span.lit", value.rawJSON));
	const entries = Object.entries(value);
	const size = Array.isArray(value) ? `[ ${plural(entries.length, "item")} ]` : `{ ${plural(entries.length, "field")} }`;
	if (!entries.length) return h("div.leaf", key, h("span.muted", size));
	const inside = h("div.inside");
	const more = h("button.quiet", { onclick: draw }, "more");
	function draw() {
		more.remove();
		inside.append(...entries.splice(0, SHOWN).map(([name, item]) => tree(name, item, depth + 1)), ...(entries.length ? [more] : []));
	}
	const details = h("details", { open: depth < 3 && entries.length <= OPEN_UP_TO }, h("summary", key, h("span.muted", size)), inside);
	if (details.open) draw();
	else details.addEventListener("toggle", draw, { once: true });
	return details;
}

/** Its quotes stand outside of it: a text that turns the direction turns itself alone. */
function string(value) {
	if (value.length <= LONGEST) return h("span.str", h("bdi", value));
	const shown = h("bdi", `${value.slice(0, LONGEST)}…`);
	return [h("span.str", shown), " ", h("button.quiet", { onclick: ({ target }) => { shown.textContent = value; target.remove(); } }, `all ${plural(value.length, "character")}`)];
}
