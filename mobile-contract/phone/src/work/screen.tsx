// What is arranged and decided around one family: meetings, what was agreed, questions between
// agencies, the pathways, and the case as a whole.
import { useState } from "preact/hooks";
import { dayIn } from "../day.ts";
import { pathwaysOf, standing } from "../family.ts";
import { forms } from "../forms/all.ts";
import { formDraft, stamp } from "../forms/form.ts";
import { Begin } from "../forms/screen.tsx";
import { MeetingLine, Actions } from "../meetings/screen.tsx";
import { meetingsOf } from "../meetings/forms.ts";
import { requestWords } from "../pending.ts";
import { childrenOf, nameOf, workerName } from "../person.ts";
import { Back, Button, Fold, Ref, Ring, Tag, To, useScene } from "../screen/ui.tsx";
import { referenceOf } from "../today.ts";
import type { PathwaysRecord } from "../../../ts/wire.ts";
import type { Key } from "../words.ts";
import { decisionsOf, waitingOn, type Waiting } from "./facts.ts";
import { versionsFor } from "./move.ts";
import { Restriction } from "./restriction.tsx";

export function WorkPage({ family: id }: { family: string }) {
  const { rows, say } = useScene(), family = rows.table("cases").get(id), all = pathwaysOf(rows, id), waiting = all.flatMap((p) => waitingOn(rows, p)), asked = rows.table("requests").of(id).filter((r) => r.user === rows.me.id && r.standing === "waiting" && !r.acknowledged_at);
  if (!family) return <><Back to={{ page: "families" }} say="back.families" /><h1>{say("family.gone.title")}</h1><p>{say("family.gone.text")}</p></>;
  const closing = family.status !== "closed" && [...rows.table("case_acts").of(id)].filter((x) => ["propose_closing", "close", "reopen"].includes(x.act)).sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).at(-1)?.act === "propose_closing";
  const meetings = meetingsOf({ rows }, id), open = all.find((p) => !p.ended)?.id ?? "";
  return (
    <>
      <Back to={{ page: "family", family: id }} />
      <h1>{say("work.title")} <Ref>{family.family_name} {referenceOf(rows, id)}</Ref></h1>
      <div class="two">
        <div>
          {waiting.length > 0 && <><h2>{say("decide.waiting")}</h2>{waiting.map((w) => <WaitingLine key={w.event.id} of={w} />)}</>}
          {asked.length > 0 && <><h2>{say("today.asked")}</h2>{asked.map((r) => <p key={r.id}><To to={{ page: "asked", request: r.id }}>{requestWords(rows, r, say)}</To></p>)}</>}
          <h2>{say("work.meetings")}</h2>
          {meetings.length === 0 && <p>{say("meeting.none")}</p>}
          {meetings.map((m) => <MeetingLine key={m.id} of={m} />)}
          <Begin form="meeting.call" of={{ family: id, pathway: open }} kind="sec" />
          <h2>{say("work.actions")}</h2>
          <Actions family={id} />
          <Begin form="action.add" of={{ family: id }} kind="sec" />
          <Between family={id} pathway={open} />
        </div>
        <div>
          <h2>{say("work.pathways")}</h2>
          {all.map((p) => <p key={p.id}>{standing(rows, p).title}: <strong>{standing(rows, p).state}</strong> {rows.unsent.has(`pathways/${p.id}`) && <Tag kind="today">{say("tag.provisional")}</Tag>} {p.disputed && <Tag kind="late">{say("tag.disputed")}</Tag>}</p>)}
          <Begin form="pathway.open" of={{ family: id, data: { opened_at: stamp(say.now) } }} kind="sec" />
          {all.filter((p) => versionsFor(rows, p).length > 0).map((p) => <Version key={p.id} pathway={p} />)}
          <Involvement family={id} />
          <Restriction family={id} />
          <h2>{say("work.case")}</h2>
          <CaseActs family={id} />
          <Deeds family={id} names={[...(closing ? ["case.agree", "case.object"] : family.status === "closed" ? ["case.object"] : ["case.propose"]), family.status === "closed" ? "case.reopen" : "case.close", "transfer.ask", "member.add", "person.move", ...(family.restricted ? [] : ["case.restrict"])]} />
        </div>
      </div>
    </>
  );
}

/** There is another version of a pathway: anybody on the case may propose it, and the button says what stands in the way. */
function Version({ pathway: p }: { pathway: PathwaysRecord }) {
  const { rows, say } = useScene(), of = { family: p.case, pathway: p.id }, why = forms["pathway.move"].blocked!({ rows, say, d: formDraft("", "pathway.move", of), id: () => "" });
  return <section class="fam"><h3>{say("move.version.there", { title: standing(rows, p).title, n: versionsFor(rows, p)[0].version })}</h3>{why ? <p>{why}</p> : <Begin form="pathway.move" of={of} kind="sec" />}</section>;
}

export function WaitingLine({ of: w, family }: { of: Waiting; family?: boolean }) {
  const { rows, say } = useScene(), c = rows.table("cases").get(w.event.case);
  return (
    <section class="fam">
      <h3><To to={{ page: "decide", event: w.event.id }}>{family && c ? c.family_name + ": " : ""}{say(`decides.${w.act}` as Key)}</To> {family && <Ref>{referenceOf(rows, w.event.case)}</Ref>}</h3>
      <p>{say("decide.from", { name: workerName(rows, w.event.author, w.event.case) || say("value.unknown"), when: say.day(dayIn(w.event.occurred_at)) })} {w.first ? <><Tag kind="today">{say("decide.not_yet")}</Tag><span class="why">{w.first}</span></> : w.who.length === 0 && w.nobody ? <span class="why">{w.nobody}</span> : <Tag kind="ask">{say("decide.now")}</Tag>}</p>
    </section>
  );
}

/** On Today: what waits for this person's decision, with what can be decided now first. */
export function DecisionsWaiting() {
  const { rows, say } = useScene(), all = decisionsOf(rows);
  if (all.length === 0) return null;
  return (
    <>
      <h2 id="decide" tabIndex={-1}>{say("decide.waiting.mine")}</h2>
      {all.slice(0, 6).map((w) => <WaitingLine key={w.event.id} of={w} family />)}
      {all.length > 6 && <Fold title={say("today.more_steps", { n: all.length - 6 })}>{all.slice(6).map((w) => <WaitingLine key={w.event.id} of={w} family />)}</Fold>}
    </>
  );
}

/** What can be done, and what cannot be done now with what would lift it. */
function Deeds({ family, names }: { family: string; names: string[] }) {
  const { rows, say } = useScene(), of = { family }, all = names.map((name) => {
    const d = formDraft("", name, of), a = { rows, d, say, id: () => "" };
    return { name, title: forms[name].title(a), why: forms[name].blocked?.(a) ?? "" };
  });
  return (
    <>
      <ul class="acts">{all.filter((x) => !x.why).map((x) => <li key={x.name}><Begin form={x.name} of={of} plain /></li>)}</ul>
      <h3>{say("family.not_yet")}</h3>
      <Fold title={say("family.not_yet.n", { n: all.filter((x) => x.why).length })}>{all.filter((x) => x.why).map((x) => <section class="fam" key={x.name}><h4>{x.title}</h4><p>{x.why}</p></section>)}</Fold>
    </>
  );
}

function CaseActs({ family }: { family: string }) {
  const { rows, say } = useScene(), acts = [...rows.table("case_acts").of(family)].sort((a, b) => b.occurred_at.localeCompare(a.occurred_at)), transfers = [...rows.table("transfers").of(family)].sort((a, b) => b.requested_at.localeCompare(a.requested_at));
  const agency = (id: string) => rows.table("agencies").get(id)?.name ?? "";
  return (
    <>
      {transfers.map((t) => (
        <section class="fam" key={t.id}>
          <h3><span>{say("transfer.line", { agency: agency(t.to_agency) })}</span> <Tag kind={t.overdue ? "late" : t.status === "accepted" ? "ok" : "today"}>{say(`transfer.is.${t.status || "requested"}` as Key)}</Tag></h3>
          <p class="text">{t.reason}</p>
          <Fold title={say("transfer.note")}><p class="text">{t.handover_note}</p></Fold>
          {t.status === "requested" && (t.to_agency === rows.me.agency
            ? <><Begin form="transfer.accept" of={{ family, about: t.id }} /><Begin form="transfer.refuse" of={{ family, about: t.id }} kind="sec" /></>
            : t.from_agency === rows.me.agency && <Begin form="transfer.withdraw" of={{ family, about: t.id }} kind="sec" />)}
        </section>
      ))}
      {acts.length > 0 && <ul class="chron">{acts.map((x) => <li key={x.id} class={rows.unsent.has(`case_acts/${x.id}`) ? "prov" : undefined}><span class="d">{say.day(dayIn(x.occurred_at))}</span><strong>{say(`case.act.${x.act}`)}</strong>. {x.reason && <q>{x.reason}</q>}<span class="why">{[workerName(rows, x.author, family), agency(x.agency), x.told && say("case.told.line", { told: x.told })].filter(Boolean).join(". ")}</span></li>)}</ul>}
    </>
  );
}

/** Questions between agencies: referrals and disagreements, and what became of each. */
function Between({ family, pathway }: { family: string; pathway: string }) {
  const { rows, say } = useScene(), agency = (id: string) => rows.table("agencies").get(id)?.name ?? "";
  return (
    <>
      <h2>{say("work.between")}</h2>
      {rows.table("referrals").of(family).map((r) => (
        <section class="fam" key={r.id}>
          <h3><span>{say("referral.line", { to: r.to })}</span> <Tag kind={r.decided_on ? "ok" : "today"}>{say(`referral.is.${r.status || "draft"}` as Key)}</Tag></h3>
          <p class="text">{r.reasons}</p>
          <ul class="chron">{rows.table("referral_steps").of(family).filter((s) => s.referral === r.id).sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).map((s) => <li key={s.id}><span class="d">{say.day(dayIn(s.occurred_at))}</span>{say(`referral.is.${s.step}`)}. {s.decided_by} {s.reason && <q>{s.reason}</q>}</li>)}</ul>
          {!r.decided_on && <Begin form="referral.step" of={{ family, about: r.id, pathway: r.pathway }} kind="sec" />}
        </section>
      ))}
      {rows.table("disputes").of(family).map((d) => (
        <section class="fam" key={d.id}>
          <h3><span>{say("dispute.line", { about: d.about })}</span> <Tag kind={d.status === "resolved" ? "ok" : "late"}>{d.status === "resolved" ? say("dispute.settled") : say("dispute.stage", { n: d.stage || 1 })}</Tag></h3>
          <p>{say("dispute.sides", { by: agency(d.agency), with: agency(d.with_agency) || say("dispute.everybody") })} {d.stage_due_on && d.status !== "resolved" && say("asked.until", { day: say.day(d.stage_due_on) })}</p>
          {d.position && <p class="quote">“{d.position}”</p>}
          <ul class="chron">{rows.table("dispute_steps").of(family).filter((s) => s.dispute === d.id).sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).map((s) => <li key={s.id}><span class="d">{say.day(dayIn(s.occurred_at))}</span>{agency(s.agency)}: {say(`dispute.did.${s.step}`)}. <q>{s.text}</q></li>)}</ul>
          {d.status !== "resolved" && <Begin form="dispute.step" of={{ family, about: d.id, pathway: d.pathway }} kind="sec" />}
        </section>
      ))}
      <Begin form="referral.make" of={{ family, pathway }} kind="sec" />
      <Begin form="dispute.open" of={{ family, pathway }} kind="sec" />
    </>
  );
}

/** Whether another agency knows a child, and whom to ring: asked of the server, and on record. */
function Involvement({ family }: { family: string }) {
  const { rows, say, phone } = useScene(), [said, tell] = useState<Record<string, { words: string; ring: { name: string; phone: string }[] }>>({}), children = childrenOf(rows, family, say.today);
  const ask = async (child: string) => {
    const a = await phone.ask((c) => c.ask("POST", `/api/cases/${family}/children/${child}/involvement`, { body: {} })).catch(() => ({ status: 0, body: {} as Record<string, unknown> }));
    const agencies = (a.body as { agencies?: { name: string; phone?: string }[] }).agencies ?? [];
    tell({ ...said, [child]: a.status === 200 ? { words: agencies.length > 0 ? say("involved.yes") : say("involved.no"), ring: agencies.map((x) => ({ name: x.name, phone: x.phone ?? "" })) } : { words: say(a.status === 429 ? "involved.often" : "involved.signal"), ring: [] } });
  };
  return (
    <>
      <h2>{say("involved.title")}</h2>
      <p class="small soft">{say("involved.lead")}</p>
      {children.map((c) => (
        <section class="fam" key={c.id}>
          <h3><span>{nameOf(c, say, children)}</span></h3>
          {said[c.id] ? <div role="status"><p>{said[c.id].words}</p>{said[c.id].ring.map((r) => (r.phone ? <Ring key={r.name} name={r.name} number={r.phone} /> : <p key={r.name}><strong>{r.name}</strong></p>))}</div> : <Button kind="sec" press={() => ask(c.id)}>{say("involved.ask")}</Button>}
        </section>
      ))}
    </>
  );
}
