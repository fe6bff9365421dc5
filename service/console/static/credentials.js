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

/** A tab opened from another begins with none: one that has some hands them on. Answers whether it had to be asked; "tokens" tells of its answer. */
export function askOtherTabs() {
	const others = new BroadcastChannel("user-sync.tokens");
	const mine = () => ROOMS.map((room) => [room, token(room)]).filter(([, value]) => value);
	others.onmessage = ({ data: given }) => {
		if (!given && mine().length) others.postMessage(mine());
		if (!given || mine().length) return;
		for (const [room, value] of given) keep(room, value);
		dispatchEvent(new Event("tokens"));
	};
	if (mine().length) return false;
	others.postMessage(null);
	return true;
}
