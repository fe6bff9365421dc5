/** Numbers, sizes and times for people. */

import { h } from "./dom.js";

const whole = new Intl.NumberFormat("en");

export const number = (value) => whole.format(value);

export const plural = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

/** Of a service with so many failing checks. */
export const health = (failing) => (failing ? `${plural(failing, "check")} failing` : "All is well");

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** snake_case to words. */
export const words = (name) => name.replaceAll("_", " ");

/** Three digits or so. */
export const decimal = (value) => (value >= 100 || Number.isInteger(value) ? number(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2));

export const bytes = (value) => (value < 1e6 ? `${decimal(value / 1e3)} kB` : `${decimal(value / 1e6)} MB`);

const SPANS = [[60, 1, "s"], [3600, 60, "min"], [172_800, 3600, "h"], [Infinity, 86_400, "d"]];

/** A span of seconds: 40 ms, 3.2 s, 4 min, 2 h, 5 d. */
export function span(seconds) {
	if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
	if (seconds < 10) return `${seconds.toFixed(1)} s`;
	const [, unit, name] = SPANS.find(([below]) => seconds < below);
	return `${Math.round(seconds / unit)} ${name}`;
}

/** How long ago; or, by more than clocks differ, how far ahead. */
function ago(date) {
	const seconds = (Date.now() - date) / 1000;
	return seconds < -60 ? `in ${span(-seconds)}` : `${span(Math.max(0, seconds))} ago`;
}

/** How long ago, with the exact time on hover or, in full, before it; the text itself where it is no time. */
export function moment(text, full = false) {
	const date = new Date(text);
	if (Number.isNaN(date.valueOf())) return h("span", String(text));
	const exact = `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
	return h("time", { datetime: text, title: exact }, full && `${exact} `, h(full ? "span.muted" : "span", ago(date)));
}

/** What is shown for long is of another time by then. */
setInterval(() => {
	for (const time of document.querySelectorAll("time")) {
		const now = ago(new Date(time.dateTime));
		if (time.lastChild.textContent !== now) time.lastChild.textContent = now;
	}
}, 10_000);
