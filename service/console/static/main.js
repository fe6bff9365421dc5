/** The frame: shows the view that the address names, and keeps the bar true. */

import { here } from "./address.js";
import { askOtherTabs, takeHandedOver } from "./credentials.js";
import * as deadLetters from "./dead_letters.js";
import { askForTokens } from "./dialogs.js";
import { follow, refresh } from "./feed.js";
import { health, number } from "./format.js";
import * as sync from "./sync.js";
import * as user from "./user.js";
import * as users from "./users.js";

const VIEWS = { users: ["Users", users], user: ["User", user], sync: ["Sync", sync], "dead-letters": ["Dead letters", deadLetters] };

/** Within which another tab answers, so that nobody reads of a missing token before. */
const ANSWERED_MS = 200;

const element = (id) => document.getElementById(id);
const main = element("main");
let shown = null, view = null;

function route({ anew = false } = {}) {
	const address = here();
	const name = address.view === "users" && address.id ? "user" : Object.hasOwn(VIEWS, address.view) ? address.view : "users";
	const page = name === "user" ? `user ${address.id}` : name;
	for (const link of document.querySelectorAll("[data-view]")) link.ariaCurrent = link.dataset.view === name.replace(/^user$/, "users") ? "page" : null;
	if (page === shown && !anew) return view.update?.(address);
	view?.leave();
	main.replaceChildren();
	document.title = `${VIEWS[name][0]} · user-sync`;
	view = VIEWS[name][1].show(main, address);
	if (shown && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
	if (shown) scrollTo(0, 0);
	shown = page;
}

function drawBar({ latest, error }) {
	const letters = latest?.accounting.dead_letters;
	const failing = latest?.checks.filter((check) => !check.ok).length;
	element("tenant").textContent = latest?.tenant ?? "";
	element("dead").hidden = !letters;
	element("dead").textContent = letters && number(letters);
	element("health").hidden = !latest || Boolean(error);
	element("health").className = failing ? "dot bad" : "dot";
	element("health").title = element("health").ariaLabel = health(failing);
	element("offline").hidden = error?.status !== 0;
}

function begin() {
	route({ anew: true });
	refresh();
}

history.scrollRestoration = "manual";
takeHandedOver();
element("keys").addEventListener("click", askForTokens);
addEventListener("hashchange", () => (takeHandedOver() ? begin() : route()));
addEventListener("tokens", begin);
addEventListener("keydown", (event) => {
	if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, dialog")) return;
	event.preventDefault();
	if (element("search")) element("search").focus();
	else location.hash = "#/users";
});
follow(drawBar);
if (askOtherTabs()) setTimeout(() => shown || begin(), ANSWERED_MS);
else begin();
