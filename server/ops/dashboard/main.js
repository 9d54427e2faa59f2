// One page in the operator's dashboard: health at a glance, from GET /api/ops/health,
// and ways to the coordinators' pages. PocketBase's extension API is experimental, so
// only a link, a route and its element maker are used. All text is text nodes.

const path = "#/health";

app.store.headerLinks.push({ href: path, icon: "ri-heart-pulse-line", label: "Health" });

const bytes = (n) => {
    let unit = 0;
    for (; n >= 1000 && unit < 4; unit++) n /= 1000;
    return `${unit ? n.toFixed(1) : n} ${["bytes", "kB", "MB", "GB", "TB"][unit]}`;
};
const when = (at) => at ? `${new Date(at.replace(" ", "T")).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} (${ago(at)})` : "never";
const ago = (at) => {
    const minutes = Math.max(0, Math.round((Date.now() - new Date(at.replace(" ", "T"))) / 60000));
    if (minutes < 120) return `${minutes} minutes ago`;
    return minutes < 2880 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1440)} days ago`;
};
const queue = (w) => w.count ? `${w.count}, the oldest since ${when(w.oldest)}` : "none";
const words = (status) => status.replaceAll("_", " ");

// rows of a table: a name and what is to be said of it
const table = (title, rows) => t.section({ className: "m-b-base" },
    t.h2({ className: "txt-lg m-b-sm" }, title),
    t.div({ className: "table-wrapper" }, t.table({ className: "responsive-table" },
        t.tbody(null, ...(rows.length ? rows : [["None yet", ""]]).map(([name, says]) => t.tr(null, t.th({ scope: "row", style: "width: 40%; text-align: left" }, name), t.td(null, String(says))))))));

const shown = (h) => [
    h.problems.length
        ? t.div({ className: "alert warning m-b-base", role: "status" }, t.ul({ style: "margin: 0" }, ...h.problems.map((p) => t.li(null, p))))
        : t.div({ className: "alert success m-b-base", role: "status" }, "Nothing needs you."),
    table("What the store is made of", [
        ["Collections, rules and sign-in as they belong", h.house.differences.length ? "NO: " + h.house.differences.join("; ") : "yes"],
        ["Tries to change them in the last week", h.house.tried.map((a) => `${a.what}, ${when(a.at)}`).join("; ") || "none"],
    ]),
    table("What phones hear of", [
        ["Every change is captured", h.feed.in_place ? "yes" : "NO: " + h.feed.problem],
        ["Position of the latest change", h.feed.head], ["Epoch (a restore begins a new one)", h.feed.epoch],
        ["The present epoch began", h.history.why ? `${when(h.history.since)}. ${h.history.why} ${h.history.absent} phones in use have not come since.` : when(h.history.since)],
    ]),
    table("Work that waits", [
        ["Pushed, waiting for what it belongs to", queue(h.held)], ["Refused, for its author to put right", queue(h.refused)],
        ["Conflicts to settle", queue(h.conflicts)],
        ["Mail", Object.entries(h.mail).map(([s, n]) => `${n} ${s}`).join(", ") || "none"],
    ]),
    table("Phones", Object.entries(h.devices).map(([s, d]) => [words(s), `${d.count}, ${d.quiet} of them not seen for a week, the last seen ${when(d.last_seen)}`])),
    table("Evidence", Object.entries(h.evidence).map(([s, e]) => [words(s), `${e.count}, ${bytes(e.bytes)}`])),
    table("Storage", [
        ["Database", `${bytes(h.storage.database)}, and ${bytes(h.storage.log)} to be folded in`],
        ["Free on its disk", h.storage.size ? `${bytes(h.storage.free)} of ${bytes(h.storage.size)}` : "not known on this system"],
        ["Last backup in this server's folder", h.backup ? `${when(h.backup.at)}, ${bytes(h.backup.bytes)}, ${h.backup.name}` : "there is none; what the host copies elsewhere is not seen from here"],
    ]),
];

// The glass: an operator sees nothing of a case, unless they say why and somebody is told.
const glass = (mine) => {
    const said = t.p({ className: "txt-danger", role: "alert" });
    const send = async (method, body) => {
        try {
            await app.pb.send("/api/ops/glass", { method, body });
            window.location.reload();
        } catch (error) {
            said.textContent = Object.values(error?.response?.data ?? {}).map((f) => f.message).filter(Boolean).join(" ") || error?.message || "The server gave no answer.";
        }
    };
    const title = t.h2({ className: "txt-lg m-b-sm" }, "Case content");
    if (mine) return t.section({ className: "m-b-base" }, title,
        t.p(null, `It is open to you until ${when(mine.ends_at)}. Every read is on record. ` + (mine.heard ? `${mine.told} and the data protection officers were mailed.`
            : `Not every mail about it has left this server yet: if this is still so in a minute, somebody who should know does not. Call ${mine.told} yourself. The mail is tried again every minute.`)), said,
        t.button({ type: "button", className: "btn", onclick: () => send("DELETE") }, "End it now"));
    return t.section({ className: "m-b-base" }, title,
        t.p(null, "It is closed to you. In an emergency you can open it for an hour. The person you name and the data protection officers are told at once; every read is on record."),
        t.form({ className: "grid", onsubmit: (e) => { e.preventDefault(); send("POST", { reason: e.target.reason.value, told: e.target.told.value }); } },
            t.div({ className: "field" }, t.label({ htmlFor: "glass_reason" }, "Why case content must be seen"), t.textarea({ id: "glass_reason", name: "reason", required: true })),
            t.div({ className: "field" }, t.label({ htmlFor: "glass_told" }, "Whom to tell: a data protection officer's or safeguarding lead's email address"), t.input({ id: "glass_told", name: "told", type: "email", required: true })),
            said, t.div(null, t.button({ type: "submit", className: "btn" }, "Open case content for an hour"))));
};

// Whoever lost what they sign in with, and has no lead above them, turns to the operator.
const lost = () => {
    const said = t.p({ role: "status" });
    const reset = async (e) => {
        e.preventDefault();
        try {
            await app.pb.send("/api/ops/second-factor/reset", { method: "POST", body: { account: e.target.account.value } });
            said.textContent = "It is reset. They are signed out everywhere, told by mail, and set up a new one at their next sign-in.";
        } catch (error) {
            said.textContent = error?.status === 404 ? "There is no such account." : error?.message || "The server gave no answer.";
        }
    };
    return t.section({ className: "m-b-base" }, t.h2({ className: "txt-lg m-b-sm" }, "A person's lost second factor"),
        t.p(null, "Be sure that it is they who ask: call them on a number that you know. Where they have an agency's lead, the lead does this."),
        t.form({ className: "grid", onsubmit: reset },
            t.div({ className: "field" }, t.label({ htmlFor: "lost_account" }, "The person's email address"), t.input({ id: "lost_account", name: "account", type: "email", required: true })),
            said, t.div(null, t.button({ type: "submit", className: "btn" }, "Reset their second factor"))));
};

const ways = [["What needs me today", ""], ["Registrations", "/registrations?status=all"], ["Champions", "/champions"], ["Coverage", "/coverage"], ["Events", "/events"], ["Good practice", "/good-practice"]];

app.routes.superuserOnly(path, async () => {
    app.store.title = "Health";
    let body;
    try {
        const [health, mine] = await Promise.all(["health", "glass"].map((what) => app.pb.send("/api/ops/" + what, { method: "GET" })));
        body = [...shown(health), glass(mine), lost()];
    } catch (error) {
        body = [t.div({ className: "alert danger", role: "alert" }, "The server did not say how it is: " + (error?.message || "no answer") + ".")];
    }
    return t.div({ className: "page" }, t.div({ className: "page-content full-height" },
        t.header({ className: "page-header" }, t.nav({ className: "breadcrumbs" }, t.h1({ className: "breadcrumb-item", style: "font: inherit" }, "Health"))),
        t.div({ className: "wrapper m-b-base" }, ...body,
            t.section({ className: "m-b-base" }, t.h2({ className: "txt-lg m-b-sm" }, "Coordinators' pages"),
                t.p({ className: "txt-hint" }, "They have accounts of their own: sign in there as a coordinator."),
                t.ul(null, ...ways.map(([name, at]) => t.li(null, t.a({ href: app.pb.buildURL("/coordinate" + at), target: "_blank", rel: "noopener" }, name))))))));
});
