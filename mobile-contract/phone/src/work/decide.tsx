// A decision, with what is to be read before it: the children first, each agency in its own
// words, the last weeks; and what stands in the way, before anything can be pressed.
import { chronologyOf } from "../chronology.ts";
import { dayIn, daysBetween } from "../day.ts";
import { InlineForm } from "../forms/screen.tsx";
import { nameOf, childrenOf, workerName, withAge } from "../person.ts";
import { openRisks, text } from "../risk.ts";
import { lastSeen } from "../seen.ts";
import { EntryLine } from "../screen/family.tsx";
import { Back, Fold, Ref, Ring, Tag, To, useScene } from "../screen/ui.tsx";
import { referenceOf } from "../today.ts";
import type { PathwayEventsRecord } from "../../../ts/wire.ts";
import type { Key } from "../words.ts";
import { agencyWords, cannotDecide, checklistOf, decides, longAgo, reasonOf } from "./facts.ts";

const formFor: Record<string, string> = { "closure.approved": "decide.end", "risk_assessment.signed_off": "decide.sign", "pathway.migrated": "decide.move", "closure.confirmed": "decide.confirm" };

export function DecidePage({ id }: { id: string }) {
  const { rows, say } = useScene(), e = rows.table("pathway_events").get(id), p = rows.table("pathways").get(e?.pathway ?? ""), act = decides[e?.kind ?? ""];
  if (!e || !p || !act) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("decide.gone")}</h1></>;
  const family = rows.table("cases").get(e.case), name = family?.family_name ?? "", first = cannotDecide(rows, say, e, act);
  const done = rows.table("pathway_events").of(e.case).filter((x) => x.pathway === e.pathway && x.occurred_at >= e.occurred_at && (x.kind === act || (act === "closure.approved" && x.kind === "closure.rejected") || (x.kind === "event.withdrawn" && x.corrects === id))).sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).at(-1);
  const counts = done && done.verdict !== "attempted";
  const data = act === "closure.approved" ? Object.fromEntries(checklistOf(rows, p, e).map((c) => ["day_" + c.item, c.day])) : {}, of = { family: e.case, pathway: e.pathway, about: id };
  return (
    <>
      <Back to={{ page: "today" }} say="back.today" />
      <h1>{say(`decide.h1.${act}` as Key, { name })} <Ref>{referenceOf(rows, e.case)}</Ref></h1>
      <p>{say("decide.from", { name: workerName(rows, e.author, e.case) || say("value.unknown"), when: say.day(dayIn(e.occurred_at)) })} {act === "closure.approved" && <>{say.has(`pick.${text(e.data, "reason")}`) && say(`pick.${text(e.data, "reason")}` as Key)}. </>}{text(e.data, "why") && <q>{text(e.data, "why")}</q>}</p>
      {!counts && first && <div class="wait"><p><strong>{say("form.not_yet")}</strong> {first}</p></div>}
      <div class="two">
        <div>
          <Children family={e.case} event={e} />
          {act === "closure.approved" && <Agencies proposed={e} />}
          <Weeks family={e.case} />
        </div>
        <aside class="decision" aria-labelledby="yours">
          <h2 id="yours">{say("decide.yours")}</h2>
          {done && <Decided of={done} />}
          {!counts && act === "closure.approved" && <Conditions proposed={e} />}
          {!counts && <InlineForm form={formFor[act]} of={{ ...of, data }} />}
          {!counts && act !== "closure.confirmed" && <Fold title={say(act === "closure.approved" ? "decide.keep" : "decide.back")}><InlineForm form={act === "closure.approved" ? "decide.keep" : "decide.back"} of={of} /></Fold>}
          {!counts && <p class="small soft">{say("decide.counts")}</p>}
        </aside>
      </div>
    </>
  );
}

function Decided({ of: e }: { of: PathwayEventsRecord }) {
  const { rows, say } = useScene(), reasons = Array.isArray(e.reasons) ? (e.reasons as { text: string }[]) : [], unsent = rows.unsent.has(`pathway_events/${e.id}`);
  return (
    <div class={e.verdict === "attempted" ? "stop" : unsent ? "wait" : "good"} role="status">
      <p><strong>{say(`decided.${e.kind}` as Key)}</strong> {workerName(rows, e.author, e.case)}, {say.day(dayIn(e.occurred_at))}. {unsent && <Tag kind="today">{say("tag.provisional")}</Tag>}</p>
      {e.verdict === "attempted" && <><p>{say("decided.attempted")}</p>{reasons.map((r) => <p key={r.text}>{r.text}</p>)}</>}
    </div>
  );
}

/** Each child: when last seen and alone, their own words, their parents' words, what it means for them. */
function Children({ family, event }: { family: string; event: PathwayEventsRecord }) {
  const { rows, say } = useScene(), children = childrenOf(rows, family, say.today), seen = lastSeen(rows, family, say), notes = [...rows.table("notes").of(family)].sort((a, b) => b.occurred_at.localeCompare(a.occurred_at));
  const impact = Array.isArray((event.data as { impact?: unknown } | null)?.impact) ? ((event.data as { impact: { child: string; impact: string; last_seen_on?: string; seen_by?: string; alone?: boolean }[] }).impact) : [];
  const parents = notes.filter((n) => n.source === "said_by_parent").slice(0, 2);
  return (
    <>
      <h2>{say("decide.children", { n: children.length })}</h2>
      {children.map((c) => {
        const s = seen.find((x) => x.child.id === c.id), words = notes.filter((n) => n.source === "said_by_child" && (n.children.includes(c.id) || (children.length === 1 && n.children.length === 0))).slice(0, 2), means = impact.find((i) => i.child === c.id);
        return (
          <section class="fam" key={c.id}>
            <h3><span>{withAge(c, say, say.today, children)}</span></h3>
            <p>{s?.day ? <>{say("decide.seen", { day: say.shortDay(s.day), ago: say("seen.ago", { n: s.daysAgo }) })}{s.by && <>, {say("seen.by", { name: s.by })}</>}. {s.alone !== undefined && say(s.alone ? "seen.alone" : "seen.with_others")}</> : <strong class="late-t">{say("unseen.never", { names: nameOf(c, say, children) })}</strong>}</p>
            {means && <p><strong>{say("decide.impact")}</strong> <span class="text">{means.impact}</span><span class="why">{means.last_seen_on && say("decide.seen", { day: say.shortDay(means.last_seen_on), ago: means.seen_by ?? "" })}. {means.alone !== undefined && say(means.alone ? "seen.alone" : "seen.with_others")}</span></p>}
            {words.map((n) => <p key={n.id}><q>{n.body}</q><span class="why">{say("decide.child_words", { name: workerName(rows, n.author, family), day: say.shortDay(dayIn(n.occurred_at)) })}</span></p>)}
            {words.length === 0 && <p class="soft">{say("decide.no_words", { name: nameOf(c, say, children) })}</p>}
          </section>
        );
      })}
      {parents.length > 0 && <><h2>{say("decide.parents")}</h2>{parents.map((n) => <p key={n.id}>{n.speaker && <strong>{n.speaker}: </strong>}<q>{n.body}</q><span class="why">{workerName(rows, n.author, family)}, {say.shortDay(dayIn(n.occurred_at))}</span></p>)}</>}
    </>
  );
}

function Agencies({ proposed }: { proposed: PathwayEventsRecord }) {
  const { rows, say } = useScene();
  return (
    <>
      <h2>{say("decide.agencies")}</h2>
      {agencyWords(rows, proposed).map((w) => (
        <section class="fam" key={w.agency}>
          <h3><span>{w.name}</span> <Tag kind={w.said === "objects" ? "late" : w.said === "" ? "today" : "ok"}>{say(`says.${w.said || "nothing"}`)}</Tag></h3>
          {w.event && <p>{reasonOf(w.event) && <q>{reasonOf(w.event)}</q>}<span class="why">{workerName(rows, w.event.author, proposed.case)}, {say.day(dayIn(w.event.occurred_at))}</span></p>}
          {w.said === "" && w.phone && <Ring name={say("ring", { name: w.name })} number={w.phone} />}
        </section>
      ))}
    </>
  );
}

function Weeks({ family }: { family: string }) {
  const { rows, say } = useScene(), all = chronologyOf(rows, family, say), last = all.filter((x) => !longAgo(say, x.when));
  return (
    <>
      <h2>{say("decide.weeks")}</h2>
      {last.length === 0 && <p>{say("decide.weeks.none")}</p>}
      <ul class="chron">{last.slice(0, 30).map((x) => <EntryLine key={x.id} of={x} />)}</ul>
      <p><To to={{ page: "family", family }}>{say("decide.all", { n: all.length })}</To></p>
    </>
  );
}

/** The conditions, each as a Yes or a No, by what this phone has; the server's sentence stands above. */
function Conditions({ proposed }: { proposed: PathwayEventsRecord }) {
  const { rows, say } = useScene(), words = agencyWords(rows, proposed), said = words.filter((w) => w.said !== "").length, family = proposed.case, children = childrenOf(rows, family, say.today);
  const open = openRisks(rows).some((r) => r.family === family) || rows.table("disputes").of(family).some((d) => d.status === "open") || rows.table("child_flags").of(family).some((f) => f.kind !== "child_in_need" && (!f.until || f.until > say.today));
  const seen = lastSeen(rows, family, say), unseen = seen.filter((s) => !s.day || daysBetween(s.day, say.today) > 42);
  const lines: [boolean, string][] = [
    [said === words.length, say("decide.answered", { n: said, of: words.length })], [!words.some((w) => w.said === "objects"), say("decide.no_objection")],
    [!open, say("decide.nothing_open")], [children.length > 0 && unseen.length === 0, say("decide.all_seen")],
  ];
  return <ul class="acts">{lines.map(([yes, line]) => <li key={line}><Tag kind={yes ? "ok" : "late"}>{say(yes ? "yes" : "no")}</Tag> {line}</li>)}</ul>;
}
