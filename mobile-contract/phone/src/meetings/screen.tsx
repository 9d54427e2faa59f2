// One meeting: when, who, what was said and what was agreed.
import type { MeetingsRecord } from "../../../ts/wire.ts";
import { instant } from "../day.ts";
import { Begin } from "../forms/screen.tsx";
import { workerName } from "../person.ts";
import { Back, Button, Ref, Tag, To, useScene } from "../screen/ui.tsx";
import { referenceOf } from "../today.ts";
import type { Key } from "../words.ts";

export function MeetingPage({ id }: { id: string }) {
  const { rows, say } = useScene(), m = rows.table("meetings").get(id);
  if (!m) return <><Back to={{ page: "families" }} say="back.families" /><h1>{say("meeting.gone")}</h1></>;
  const family = rows.table("cases").get(m.case), invited = rows.table("meeting_invitations").of(m.case).filter((i) => i.meeting === id), of = { family: m.case, pathway: m.pathway, about: id };
  const past = instant(m.scheduled_for) < say.now, own = invited.find((i) => i.agency === rows.me.agency);
  return (
    <div class="narrow">
      <Back to={{ page: "work", family: m.case }} />
      <h1>{say(`agenda.${m.agenda}`)} <Ref>{family?.family_name} {referenceOf(rows, m.case)}</Ref></h1>
      <p><MeetingState of={m} /> {m.status === "held" && <Tag kind={m.quorate ? "ok" : "late"}>{say(m.quorate ? "meeting.quorate" : "meeting.too_few", { n: m.attended, needed: m.needed })}</Tag>}</p>
      <dl class="rows">
        <div><dt>{say("meeting.when")}</dt><dd>{say.when(m.held_at || m.scheduled_for)}</dd></div>
        {m.place && <div><dt>{say("meeting.where")}</dt><dd>{m.place}</dd></div>}
        {m.chair && <div><dt>{say("meeting.chair")}</dt><dd>{m.chair}</dd></div>}
        {m.cancelled_because && <div><dt>{say("meeting.cancel.why")}</dt><dd class="text">{m.cancelled_because}</dd></div>}
        {(["decision", "child_views", "family_views", "no_views_because", "not_told_because"] as const).filter((f) => m[f]).map((f) => <div key={f}><dt>{say(`meeting.is.${f}`)}</dt><dd class="text">{m[f]}</dd></div>)}
      </dl>
      <h2>{say("meeting.asked")}</h2>
      {invited.length === 0 && <p>{say("meeting.asked.none")}</p>}
      {invited.map((i) => (
        <section class="fam" key={i.id}>
          <h3><span>{i.name}</span> <Tag kind={i.attendance === "attended" || i.attendance === "sent_report" ? "ok" : ""}>{say(`part.is.${i.attendance}`)}</Tag></h3>
          {i.views && <p class="text">“{i.views}”</p>}
          {i.report && <p class="text">{i.report}</p>}
        </section>
      ))}
      {m.status === "scheduled" && own?.attendance === "invited" && <Coming meeting={m} invitation={own.id} />}
      <h2>{say("work.actions")}</h2>
      <Actions family={m.case} meeting={id} />
      <Begin form="action.add" of={of} kind="sec" />
      {m.status === "scheduled" && (
        <>
          <h2>{say("meeting.this")}</h2>
          <Begin form="meeting.held" of={{ ...of, data: past ? { held_at: m.scheduled_for, came: invited.filter((i) => i.attendance === "attended").map((i) => i.id) } : {} }} kind={past ? "" : "sec"} />
          <Begin form="meeting.move" of={of} kind="sec" />
          <Begin form="meeting.cancel" of={of} kind="sec" />
        </>
      )}
    </div>
  );
}

/** That an agency comes is said by reading the question; what else it does is written down. */
function Coming({ meeting: m, invitation }: { meeting: MeetingsRecord; invitation: string }) {
  const { rows, say, phone } = useScene(), asked = rows.table("requests").all.find((r) => r.user === rows.me.id && r.record === invitation && r.standing === "waiting");
  const said = asked && asked.acknowledged_at !== "";
  return (
    <div class="info">
      <h2>{say("meeting.yours")}</h2>
      {said ? <p role="status">{say("meeting.noted")}</p> : asked && <Button kind="sec" press={() => phone.write([{ op: "update", collection: "requests", id: asked.id, set: { acknowledged_at: new Date().toISOString().replace("T", " ") } }])}>{say("meeting.come")}</Button>}
      <Begin form="meeting.answer" of={{ family: m.case, about: invitation }} kind="sec" />
    </div>
  );
}

export function MeetingState({ of: m }: { of: MeetingsRecord }) {
  const { rows, say } = useScene();
  return <><Tag kind={m.status === "scheduled" ? "today" : ""}>{say(`meeting.${m.status === "scheduled" ? "called" : m.status}` as Key)}</Tag>{rows.unsent.has(`meetings/${m.id}`) && <> <Tag kind="today">{say("tag.provisional")}</Tag></>}</>;
}

export function Actions({ family, meeting }: { family: string; meeting?: string }) {
  const { rows, say } = useScene(), all = rows.table("actions").of(family).filter((a) => !meeting || a.meeting === meeting).sort((a, b) => Number(a.done_on !== "") - Number(b.done_on !== "") || a.due_on.localeCompare(b.due_on));
  if (all.length === 0) return <p>{say("action.none")}</p>;
  return (
    <>
      {all.map((a) => (
        <section class="fam" key={a.id}>
          <h3><span>{a.what}</span></h3>
          <p>{a.owner || workerName(rows, a.owner_user, family)}. {a.done_on ? <Tag kind="ok">{say("action.is_done", { day: say.shortDay(a.done_on) })}</Tag> : <>{say("due", { day: say.day(a.due_on) })} {a.due_on < say.today && <Tag kind="late">{say("tag.overdue")}</Tag>}</>} {a.outcome && <span class="why">{a.outcome}</span>}</p>
          {!a.done_on && <Begin form="action.done" of={{ family, about: a.id, data: { done_on: say.today } }} kind="sec" />}
        </section>
      ))}
    </>
  );
}

export function MeetingLine({ of: m }: { of: MeetingsRecord }) {
  const { say } = useScene();
  return <section class="fam"><h3><To to={{ page: "meeting", meeting: m.id }}>{say(`agenda.${m.agenda}`)}</To></h3><p>{say.when(m.held_at || m.scheduled_for)}. <MeetingState of={m} /></p></section>;
}
