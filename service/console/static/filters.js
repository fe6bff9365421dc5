/** Filters as chips: offered ones, with the users each would leave, and written ones. */

import { h } from "./dom.js";
import { number } from "./format.js";

/** Of fields that are no prose. */
export const PLAIN = { autocomplete: "off", autocapitalize: "none", spellcheck: "false" };

const OFFERED = { connection: "Connection", email_verified: "E-mail verified", blocked: "Blocked", multifactor: "MFA" };
const SHOWN = 5;

export const facetFields = Object.keys(OFFERED);

/** What each facet offered before it was filtered by. */
const remembered = {};

const quoted = (value) => (/^[\w.@-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

/** The values of `field=a,"b c"` as we write it; null for any other filter. */
function valuesOf(field, filter) {
	if (!filter.startsWith(`${field}=`)) return null;
	const text = filter.slice(field.length + 1);
	const values = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^",]+)/g)].map(([, inner, plain]) => plain ?? inner.replace(/\\(.)/g, "$1"));
	return values.map(quoted).join(",") === text ? values : null;
}

/** filters with the value put into its field's filter, or taken out of it. */
function toggled(filters, field, values, value) {
	const kept = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
	return [...filters.filter((filter) => !valuesOf(field, filter)), ...(kept.length ? [`${field}=${kept.map(quoted).join(",")}`] : [])];
}

const chip = (label, on, attributes, ...more) => h(on ? "button.chip.on" : "button.chip", attributes, h("span", label), ...more);

/** A group of chips for each facet that tells users apart. counted: the API's; total: users found; change: told the new filters. */
export function facetChips(counted, total, filters, change) {
	return facetFields.map((field) => {
		const counts = new Map((counted[field]?.values ?? []).map(({ value, count }) => [String(value), count]));
		const chosen = filters.flatMap((filter) => valuesOf(field, filter) ?? []);
		if (!chosen.length) remembered[field] = [...counts.keys()].slice(0, SHOWN);
		const values = [...new Set([...(remembered[field] ?? []), ...chosen])];
		// Many have no value at all: Auth0 often says `blocked` of the blocked alone.
		const divides = values.length > 1 || chosen.length > 0 || (values.length && counts.get(values[0]) !== total);
		return divides && h("div.facet", { role: "group", "aria-label": OFFERED[field] },
			h("span.muted", { "aria-hidden": "true" }, OFFERED[field]),
			values.map((value) => {
				const on = chosen.includes(value);
				return chip({ true: "yes", false: "no" }[value] ?? value, on,
					{ "aria-pressed": String(on), "data-key": `${field}=${value}`, onclick: () => change(toggled(filters, field, chosen, value)) },
					(on || !chosen.length) && h("span.muted", number(counts.get(value) ?? 0)));
			}));
	}).filter(Boolean);
}

/** Each to be taken off. change: told the filters that are left, and the one taken off. */
export const writtenFilters = (filters, change) => filters.filter((filter) => !facetFields.some((field) => valuesOf(field, filter))).map((filter) =>
	chip(filter, true, { "aria-label": `Remove filter ${filter}`, "data-key": filter, onclick: () => change(filters.filter((one) => one !== filter), filter) }, h("span", "×")));

export function filterForm(add) {
	const input = h("input.write", { "aria-label": "Add a filter", ...PLAIN, placeholder: "Add filter: app_metadata.plan=pro" });
	return h("form", { onsubmit: (event) => {
		event.preventDefault();
		if (input.value.trim()) add(input.value.trim());
		input.value = "";
	} }, input);
}
