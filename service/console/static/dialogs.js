/** Questions: for tokens, and before what can't be undone. */

import { enter, token } from "./credentials.js";
import { h } from "./dom.js";

/** Answers the form's fields by name; null when the person declines. */
function dialog(title, yes, kind, ...content) {
	return new Promise((resolve) => {
		const form = h("form", { method: "dialog" },
			h("h2", { id: "dialog-title" }, title), content,
			h("div.row.end", h("button.quiet", { onclick: () => shown.close() }, "Cancel"),
				h(`button.${kind}`, { type: "submit", value: "yes" }, yes)));
		const shown = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => {
			resolve(shown.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null);
			shown.remove();
		} }, form);
		document.body.append(shown);
		shown.showModal();
	});
}

/** Answers null for no, else {option: whether it was ticked}. */
export async function confirm(title, yes, kind, text, option) {
	const given = await dialog(title, yes, kind, h("p", text),
		option && h("label.tick", h("input", { type: "checkbox", name: "option" }), h("span", option)));
	return given && { option: "option" in given };
}

export async function askForTokens() {
	const field = (room, label) => h("label", label, h("input", { type: "password", name: room, autocomplete: "off", value: token(room) }),
		h("span.hint", "One of ", h("code", `USER_SYNC_${room.toUpperCase()}_TOKENS`)));
	const given = await dialog("Tokens", "Use them", "primary", h("p.hint", "Kept until the console’s last tab is closed."),
		field("search", "Search token"), field("admin", "Admin token, without its name"));
	if (given) enter(given);
}
