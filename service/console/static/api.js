/** The service's APIs: search and admin, each with its own token. */

import { token } from "./credentials.js";
import { facetFields } from "./filters.js";

const BASE = new URL("api/v1/", document.baseURI);
const PATIENCE_MS = 20_000;

/** status: HTTP's, 0 without an answer. kind: the problem type's last word. retryAfter: seconds. */
const refused = (status, detail, kind, retryAfter = 3) => Object.assign(new Error(detail), { status, detail, kind, retryAfter });

/** room: search or admin. Answers {data, text, etag}, data null for 304; throws what refused makes. */
export async function ask(room, path, { query = [], body, signal, etag } = {}) {
	const address = new URL(path, BASE);
	for (const [name, value] of query) if (value) address.searchParams.append(name, value);
	const shown = token(room);
	// No token has other characters, and with some a request can't even be made: it is as wrong as none.
	const headers = { Authorization: `Bearer ${/[^!-~]/.test(shown) ? "" : shown}` };
	if (etag) headers["If-None-Match"] = etag;
	if (body) headers["Content-Type"] = "application/json";
	const patience = AbortSignal.timeout(PATIENCE_MS);
	let reply, text;
	try {
		reply = await fetch(address, {
			method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit",
			signal: signal ? AbortSignal.any([signal, patience]) : patience,
		});
		text = await reply.text();
	} catch {
		throw refused(0, "The service does not answer.");
	}
	if (reply.status === 304) return { data: null };
	const data = parsed(text);
	if (reply.ok && data) return { data, text, etag: reply.headers.get("ETag") };
	throw refused(reply.status, data?.detail ?? data?.title ?? `The service answered ${reply.status}.`,
		data?.type?.split(":").pop(), Number(reply.headers.get("Retry-After")) || 3);
}

/** JSON; integers beyond 2^53 keep all their digits where the browser can. */
function parsed(text) {
	try {
		return JSON.parse(text, (_, value, context) =>
			(Number.isInteger(value) && !Number.isSafeInteger(value) && JSON.rawJSON ? JSON.rawJSON(context.source) : value));
	} catch {
		return undefined;
	}
}

export const PAGE = 50;

const FIELDS = "user_id,name,given_name,family_name,nickname,username,email,email_verified,phone_number,blocked,multifactor,identities.connection,last_login";

/** Without words there is no best match: who changed last comes first. */
const parameters = ({ q, filters }, limit) => [
	["q", q], ...filters.map((filter) => ["filter", filter]), ["sort", q.trim() ? "" : "-updated_at"], ["limit", limit], ["fields", FIELDS], ["highlight", q && "true"]];

/** A page, of a cursor or the first, at most 1,000 users. asked: {q, filters}. As the API answers, but users are {document, marks}. */
export async function search(asked, { cursor, limit = PAGE }, signal) {
	const which = cursor ? [["cursor", cursor]] : [["facets", facetFields.join(",")], ["total", asked.q ? "" : "exact"]];
	const { data } = await ask("search", "users", { query: [...parameters(asked, limit), ...which], signal });
	return { ...data, users: data.users.map((document, place) => ({ document, marks: data.highlights?.[place] ?? {} })) };
}

/** One user, in real time. */
export const user = (id, etag, signal) => (/^\.\.?$/.test(id) ? lookedUp(id, etag, signal) : ask("search", `users/${encodeURIComponent(id)}`, { etag, signal }));

/** By a body: in a path, `.` and `..` are steps, however they are written. What was shown stands for the ETag. */
async function lookedUp(id, shown, signal) {
	const { data: { users: [data] } } = await ask("search", "lookup", { body: { ids: [id] }, signal });
	if (!data) throw refused(404, "There is no such user.", "user-not-found");
	const text = JSON.stringify(data, null, 2);
	return text === shown ? { data: null } : { data, text, etag: text };
}
