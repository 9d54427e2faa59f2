// Where in the app somebody is. An address says nothing: families are named in it by an id of
// this device alone, which means nothing to whoever reads it in a history or over a shoulder.
export type Place =
  | { page: "today" } | { page: "families" } | { page: "danger"; family?: string } | { page: "stuck"; item?: string } | { page: "phone" } | { page: "more" }
  | { page: "family"; family: string; view?: string } | { page: "record"; family?: string } | { page: "draft"; draft: string } | { page: "saved"; draft: string }
  | { page: "letters"; family: string } | { page: "write"; letter: string } | { page: "letter"; letter: string }
  | { page: "capture"; family: string } | { page: "attach"; evidence: string } | { page: "evidence"; evidence: string } | { page: "redact"; evidence: string } | { page: "household"; family: string }
  | { page: "risk"; risk: string } | { page: "guides"; item?: string } | { page: "account" }
  | { page: "champion" } | { page: "directory" } | { page: "event"; event: string } | { page: "practice"; item: string }
  | { page: "work"; family: string } | { page: "meeting"; meeting: string } | { page: "decide"; event: string } | { page: "asked"; request: string }
  | { page: "alerts" };
export type PageName = Place["page"];

export interface Aliases {
  short(id: string): string;
  long(short: string): string | undefined;
}

/** Names made of a salt of this device: no table is kept, so none can be read. */
export function aliases(salt: string, ids: () => Iterable<string>): Aliases {
  const short = (id: string) => scramble(salt + id);
  let known = new Map<string, string>();
  return {
    short,
    long(name) {
      if (!known.has(name)) known = new Map([...ids()].map((id) => [short(id), id]));
      return known.get(name);
    },
  };
}

// 106 bits would not make it a secret: it need only be short, stable, and no id.
function scramble(text: string): string {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return ((b >>> 0) * 0x200000 + ((a >>> 0) & 0x1fffff)).toString(36).padStart(11, "0");
}

const withOne: Partial<Record<PageName, string>> = { family: "family", danger: "family", record: "family", draft: "draft", stuck: "item", risk: "risk", guides: "item", saved: "draft", event: "event", practice: "item", work: "family", meeting: "meeting", decide: "event", asked: "request", letters: "family", write: "letter", letter: "letter", capture: "family", attach: "evidence", evidence: "evidence", redact: "evidence", household: "family" };

export function addressOf(p: Place, a: Aliases): string {
  const field = withOne[p.page], id = field ? (p as Record<string, string | undefined>)[field] : undefined;
  return `#/${p.page}` + (id ? `/${a.short(id)}` : "") + (p.page === "family" && p.view ? `/${p.view}` : "");
}

export function placeOf(hash: string, a: Aliases): Place {
  const [page, one, two] = hash.replace(/^#\/?/, "").split("/");
  const field = withOne[page as PageName];
  if (page === "today" || page === "families" || page === "phone" || page === "more" || page === "account" || page === "champion" || page === "directory" || page === "alerts") return { page };
  if (!field) return { page: "today" };
  const id = one ? a.long(one) : undefined;
  if (!id && ["family", "risk", "draft", "saved", "event", "practice", "work", "meeting", "decide", "asked", "letters", "write", "letter", "capture", "attach", "evidence", "redact", "household"].includes(page)) return { page: "today" };
  return { page, ...(id ? { [field]: id } : {}), ...(page === "family" && two ? { view: two } : {}) } as Place;
}
