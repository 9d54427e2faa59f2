// Around every page: the header, the risk that nobody has answered, the strip that never goes
// away, and the ways on. Titles come from a fixed list: no name, no number.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PageName } from "../address.ts";
import { loud, openRisks } from "../risk.ts";
import { waits } from "../today.ts";
import type { Key } from "../words.ts";
import { To, useScene } from "./ui.tsx";

const tabs: { page: "today" | "families" | "record" | "danger" | "more"; mark: string }[] = [
  { page: "today", mark: "☰" }, { page: "families", mark: "⌂" }, { page: "record", mark: "+" }, { page: "danger", mark: "!" }, { page: "more", mark: "⋯" },
];

/** Pages that record: Back and Save are the only ways on, and Danger now stays on the page. */
const recording: PageName[] = ["draft", "saved", "danger", "write", "attach", "redact"];

const within: Partial<Record<PageName, string>> = { family: "families", draft: "record", saved: "record", phone: "more", account: "more", guides: "more", stuck: "today", risk: "today",
  champion: "more", directory: "more", event: "more", practice: "more",
  work: "families", meeting: "families", decide: "today", asked: "today", alerts: "more", letters: "families", write: "families", letter: "families", capture: "families", attach: "families", evidence: "families", redact: "families", household: "families" };

export function Frame({ children }: { children: ComponentChildren }) {
  const { say, place, phone, rows } = useScene(), main = useRef<HTMLElement>(null), first = useRef(true);
  const title = say(`title.${place.page}` as Key), current = within[place.page] ?? place.page;
  useEffect(() => {
    document.title = `${title} - Holdfast`;
    if (first.current) return void (first.current = false);
    scrollTo(0, 0);
    // What says how it went has the focus already; otherwise the page's heading is read.
    if (!main.current?.querySelector("[data-focus]")) main.current?.focus({ preventScroll: true });
  }, [JSON.stringify(place), say.language]);
  const tab = (t: (typeof tabs)[number]) => ({ to: { page: t.page } as { page: "today" }, class: t.page === "danger" ? "now" : undefined, "aria-current": current === t.page ? ("page" as const) : undefined });
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>{say("skip")}</a>
      <header class="hdr">
        <To to={{ page: "today" }} class="mark">Holdfast</To>
        <nav aria-label={say("nav.main")}>{tabs.map((t) => <To key={t.page} {...tab(t)}>{say(`tab.${t.page}`)}</To>)}</nav>
        <To to={{ page: "account" }} class="me"><bdi>{rows.me.name || say("tab.account")}</bdi></To>
      </header>
      {place.page !== "today" && place.page !== "risk" && <RiskLine />}
      <Strip />
      {phone.fault && <div class="stop fault" role="alert"><p><strong>{say("fault.title")}</strong> {say("fault.text")}</p></div>}
      <main id="main" tabIndex={-1} ref={main}>{children}</main>
      {!recording.includes(place.page) && (
        <nav class="foot" aria-label={say("nav.phone")}>
          {tabs.map((t) => <To key={t.page} {...tab(t)}><span class="ic" aria-hidden="true">{t.mark}</span>{say(`tab.${t.page}`)}</To>)}
        </nav>
      )}
    </>
  );
}

/** Without a name: somebody may be standing behind the worker. */
function RiskLine() {
  const { say, rows } = useScene(), waiting = openRisks(rows).filter(loud);
  if (waiting.length === 0) return null;
  const alone = waiting.some((r) => r.state === "unsent" || r.state === "unheard");
  return (
    <div class="everywhere" role="status">
      <span>{say(alone ? "risk.line.alone" : "risk.line")}</span>
      <To to={{ page: "risk", risk: waiting[0].id }} class="lnk">{say("risk.read")}</To>
    </div>
  );
}

/** Left, when this device last heard from the server; right, what has not left it. */
function Strip() {
  const { say, phone, rows } = useScene(), unsent = rows.pending.filter(waits).length;
  const away = phone.outcome?.state === "waiting" || phone.outcome?.state === "stuck" || phone.outcome?.state === "outdated";
  const heard = phone.synced ? say("strip.synced", { when: say.moment(phone.synced) }) : say("strip.never");
  return (
    <aside class="stands" aria-label={say("strip.name")}><To to={{ page: "phone" }} class={"strip" + (away ? " off" : "")}>
      <span>{away && <><strong>{say(phone.outcome!.state === "waiting" ? "strip.away" : phone.outcome!.state === "outdated" ? "strip.outdated" : "strip.stuck")}</strong>{" "}</>}{heard}</span>{" "}
      <b>{unsent > 0 ? say("strip.unsent", { n: unsent }) : say("strip.sent")}</b>
    </To></aside>
  );
}
