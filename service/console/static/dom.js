/** Elements from plain values. What users wrote only ever becomes text: markup in it stays text. */

/** `h("p.big", {attributes}?, ...children)`: attributes that begin with "on" are listeners; nothing and false are left out. */
export const h = (what, ...rest) => made((tag) => document.createElement(tag), what, rest);

export const svg = (what, ...rest) => made((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag), what, rest);

const present = (value) => value !== null && value !== undefined && value !== false;

function made(create, what, rest) {
	const [tag, ...classes] = what.split(".");
	const node = create(tag);
	if (classes.length) node.setAttribute("class", classes.join(" "));
	if (tag === "button") node.type = "button";
	const attributes = rest[0]?.constructor === Object ? rest.shift() : {};
	for (const [name, value] of Object.entries(attributes).filter(([, value]) => present(value))) {
		if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
		else node.setAttribute(name, value === true ? "" : value);
	}
	node.append(...rest.flat(Infinity).filter(present));
	return node;
}

/** Make a list's children those of items, touching only what changed: no flicker, and the focus stays. */
export function reconcile(list, items, key, make) {
	const keys = new Set(items.map(key));
	for (const node of [...list.children]) if (!keys.has(node.key)) node.remove();
	const old = new Map([...list.children].map((node) => [node.key, node]));
	items.forEach((item, place) => {
		const before = old.get(key(item));
		const content = JSON.stringify(item);
		const node = before?.content === content ? before : Object.assign(make(item), { key: key(item), content });
		const focused = node !== before && before?.contains(document.activeElement);
		if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null);
		if (node !== before) before?.remove();
		if (focused) node.querySelector("a, button, summary")?.focus();
	});
}

let speaking;
/** Tell a screen reader, once things rest. */
export function say(text) {
	clearTimeout(speaking);
	speaking = setTimeout(() => { document.getElementById("said").textContent = text; }, 500);
}
