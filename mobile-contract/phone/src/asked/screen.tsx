// What somebody else asked of this person: what it is about, by when, and the answers there are.
import type { RequestsRecord } from "../../../ts/wire.ts";
import { dayIn } from "../day.ts";
import { Begin } from "../forms/screen.tsx";
import { requestWords } from "../pending.ts";
import { workerName } from "../person.ts";
import { text } from "../risk.ts";
import { bodyOf } from "../step.ts";
import { DoIt } from "../screen/act.tsx";
import { Back, Button, Ref, Tag, To, useScene } from "../screen/ui.tsx";
import { readingOnly, referenceOf } from "../today.ts";
import { decides, inTheWay, proposalOf } from "../work/facts.ts";
import type { Key } from "../words.ts";

/** Where an answer is given to each kind of question. */
const answers: Record<string, string[]> = {
  dispute: ["dispute.step"], referral: ["referral.step"], transfer: ["transfer.accept", "transfer.refuse"], case_closing: ["case.agree", "case.object"], case_closing_approval: ["case.close"], approver: ["member.add"], letter_approver: ["member.add"], restriction: ["case.restrict", "case.lift"], action: ["action.done"], meeting: ["meeting.answer"],
};
const decided = ["closing_approval", "assessment", "move"];

export function AskedPage({ id }: { id: string }) {
  const { rows, say } = useScene(), r = rows.table("requests").get(id);
  if (!r) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("asked.gone")}</h1></>;
  const family = rows.table("cases").get(r.case), over = r.standing !== "waiting" ? r.standing : "";
  return (
    <div class="narrow">
      <Back to={{ page: "today" }} say="back.today" />
      <h1>{requestWords(rows, r, say)}</h1>
      {family && <p><strong><To to={{ page: "family", family: r.case }}>{family.family_name}</To></strong> <Ref>{referenceOf(rows, r.case)}</Ref></p>}
      <p>{r.by_agency && say("asked.by", { agency: rows.table("agencies").get(r.by_agency)?.name ?? "" })} {r.due_on && !over && <>{say("asked.until", { day: say.day(dayIn(r.due_on)) })} {dayIn(r.due_on) < say.today && <Tag kind="late">{say("tag.overdue")}</Tag>}</>}</p>
      {over && <div class="good"><p>{over === "answered" ? say("asked.answered", { name: workerName(rows, r.answered_by, r.case) || say("value.unknown"), day: r.ended_at ? say.day(dayIn(r.ended_at)) : "" }) : r.moot_because}</p></div>}
      {!family && !over && <p>{say("asked.off")}</p>}
      {family && <About of={r} />}
      {!over && family && <Answers of={r} />}
      <Read of={r} />
    </div>
  );
}

/** What is to be known before an answer. */
function About({ of: r }: { of: RequestsRecord }) {
  const { rows, say } = useScene(), e = rows.table("pathway_events").get(r.record), d = rows.table("disputes").get(r.record), f = rows.table("referrals").get(r.record), t = rows.table("transfers").get(r.record), c = rows.table("case_acts").get(r.record);
  const words = e ? text(e.data, "why") || text(e.data, "reason") : d ? d.position : f ? f.reasons : t ? t.reason : c ? c.reason : "", by = e?.author ?? d?.author ?? f?.author ?? t?.author ?? c?.author ?? "", at = e?.occurred_at ?? d?.opened_at ?? f?.sent_on ?? t?.requested_at ?? c?.occurred_at ?? "";
  const reason = r.kind === "closing" && say.has(`pick.${text(e?.data, "reason")}`) ? say(`pick.${text(e?.data, "reason")}` as Key) : "";
  return (
    <>
      {d && <p><strong>{d.about}</strong></p>}
      {reason && <p><strong>{reason}.</strong></p>}
      {words && <p class="quote">“{words}”</p>}
      {by && <p class="small soft">{[workerName(rows, by, r.case), at && say.day(dayIn(at))].filter(Boolean).join(", ")}</p>}
      {t && <><h2>{say("transfer.note")}</h2><p class="text">{t.handover_note}</p></>}
      {d && <Steps all={rows.table("dispute_steps").of(r.case).filter((s) => s.dispute === d.id)} />}
    </>
  );
}

function Steps({ all }: { all: readonly { id: string; occurred_at: string; text: string; step: string; agency: string }[] }) {
  const { rows, say } = useScene();
  return <ul class="chron">{[...all].sort((a, b) => a.occurred_at.localeCompare(b.occurred_at)).map((s) => <li key={s.id}><span class="d">{say.day(dayIn(s.occurred_at))}</span>{rows.table("agencies").get(s.agency)?.name}: {say(`dispute.did.${s.step}` as Key)}. <q>{s.text}</q></li>)}</ul>;
}

function Answers({ of: r }: { of: RequestsRecord }) {
  const { rows, say } = useScene(), of = { family: r.case, pathway: r.pathway, about: r.record };
  if (r.kind === "closing") {
    const p = rows.table("pathways").get(r.pathway), title = (name: string) => bodyOf(rows, p).events?.find((x) => x.name === name)?.title ?? "", answered = rows.table("pathway_events").of(r.case).some((e) => rows.unsent.has(`pathway_events/${e.id}`) && /^closure\.(consulted|objected)$/.test(e.kind) && e.pathway === r.pathway);
    const first = inTheWay(p, "closure.consulted");
    if (answered) return <p role="status"><Tag kind="today">{say("tag.provisional")}</Tag> {say("asked.yours")}</p>;
    if (first) return <div class="wait"><p><strong>{say("form.not_yet")}</strong> {first}</p></div>;
    return <>{["closure.consulted", "closure.objected"].map((name) => <DoIt key={name} act={{ name, title: title(name) }} family={r.case} pathway={r.pathway} />)}{proposalOf(rows, r.pathway) && <p><To to={{ page: "decide", event: proposalOf(rows, r.pathway)!.id }} class="lnk">{say("asked.others")}</To></p>}</>;
  }
  const about = rows.table("pathway_events").get(r.record);
  if (decided.includes(r.kind) && about && decides[about.kind]) return <To to={{ page: "decide", event: r.record }} class="btn">{say("asked.decide")}</To>;
  if (r.collection === "letters" && rows.table("letters").get(r.record)) return <To to={{ page: "letter", letter: r.record }} class="btn">{say("asked.letter.open")}</To>;
  if (r.kind === "meeting") {
    const m = rows.table("meeting_invitations").get(r.record)?.meeting;
    if (m && rows.table("meetings").get(m)) return <To to={{ page: "meeting", meeting: m }} class="btn">{say("asked.meeting.see")}</To>;
  }
  return <>{(answers[r.kind] ?? []).map((form, i) => <Begin key={form} form={form} of={of} kind={i > 0 ? "sec" : ""} />)}</>;
}

/** What wants nothing but reading is answered by that; of the rest, reading it is told. */
function Read({ of: r }: { of: RequestsRecord }) {
  const { say, phone } = useScene();
  if (r.acknowledged_at) return <p class="small soft">{say("asked.read")}</p>;
  if (r.standing !== "waiting" || !readingOnly.includes(r.kind)) return null;
  return <Button press={() => phone.write([{ op: "update", collection: "requests", id: r.id, set: { acknowledged_at: new Date().toISOString().replace("T", " ") } }])}>{say("asked.read.yes")}</Button>;
}
