/** The address, in the fragment: what people search for reaches no server's log. */

/** {view, id, query} of the current address. */
export function here() {
	const [path, query = ""] = location.hash.slice(1).split("?");
	const [, view = "", ...rest] = path.split("/");
	return { view: view || "users", id: rest.length ? decoded(rest.join("/")) : null, query: new URLSearchParams(query) };
}

function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** query: pairs; empty values are left out. */
export function link(view, id = null, query = []) {
	const text = new URLSearchParams(query.filter(([, value]) => value)).toString();
	return `#/${view}${id === null ? "" : `/${encodeURIComponent(id)}`}${text && `?${text}`}`;
}

let search = history.state ?? "#/users";
/** Where the last search was. */
export const lastSearch = () => search;

/** Change the address without a step in the history for every letter. */
export function settle(address) {
	search = address;
	if (location.hash !== address) keepSearch(address);
}

/** With the address, where a reload finds it. */
export function keepSearch(address = location.hash) {
	try {
		history.replaceState(search, "", address);
	} catch { /* Safari refuses too many */ }
}
