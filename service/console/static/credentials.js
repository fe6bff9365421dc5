/** The tokens, kept for as long as a tab of the console is open. */

const ROOMS = ["search", "admin"];

const key = (room) => `user-sync.${room}`;

export const token = (room) => sessionStorage.getItem(key(room)) ?? "";

/** Without the blanks that are pasted along, one of them invisible. */
export const keep = (room, value) => sessionStorage.setItem(key(room), value.replace(/^[\s\u200b]+|[\s\u200b]+$/g, ""));

/** Take `#token=…&admin=…` out of the address before anything else sees it; answers whether it was there. */
export function takeHandedOver() {
	if (!/^#(token|admin)=/.test(location.hash)) return false;
	// A token may hold a "+", which a form's encoding would take for a blank.
	const given = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
	for (const [name, room] of [["token", "search"], ["admin", "admin"]]) if (given.get(name)) keep(room, given.get(name));
	history.replaceState(null, "", "#/users");
	return true;
}

const others = new BroadcastChannel("user-sync.tokens");
const mine = () => ROOMS.map((room) => [room, token(room)]);
const have = () => ROOMS.some(token);

others.onmessage = ({ data: { tokens, entered } }) => {
	if (!tokens && have()) others.postMessage({ tokens: mine() });
	if (!tokens || (have() && !entered)) return;
	for (const [room, value] of tokens) keep(room, value);
	dispatchEvent(new Event("tokens"));
};

/** A tab opened from another begins with none: one that has some hands them on. Answers whether it had to be asked; "tokens" tells of its answer. */
export function askOtherTabs() {
	if (have()) return false;
	others.postMessage({});
	return true;
}

/** What a person enters, or clears, holds in every tab. */
export function enter(given) {
	for (const [room, value] of Object.entries(given)) keep(room, value);
	others.postMessage({ tokens: mine(), entered: true });
	dispatchEvent(new Event("tokens"));
}
