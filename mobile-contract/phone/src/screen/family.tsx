// One family: the last look before ringing or knocking, and the first after.
import { useState } from "preact/hooks";
import { actsOf, alongside, doing } from "../acts.ts";
import { chronologyOf, type Entry, type Filter } from "../chronology.ts";
import { dayIn, type Language } from "../day.ts";
import { childrenWords, involvedIn, openPathway, pathwaysOf, reachOf, standing, type Contact, type Reach } from "../family.ts";
import { childrenOf, nameOf, together, withAge, workerName } from "../person.ts";
import { lastSeen, type Seen } from "../seen.ts";
import { openSteps, waitsFor, whyOf, type Step } from "../step.ts";
import { referenceOf } from "../today.ts";
import { waitingOn } from "../work/facts.ts";
import { RestrictedLine } from "../work/restriction.tsx";
import { WaitingLine } from "../work/screen.tsx";
import { Begin } from "../forms/screen.tsx";
import { stamp } from "../forms/form.ts";
import { DoIt } from "./act.tsx";
import { EvidenceOf } from "../evidence/evidence.tsx";
import { LettersOf } from "../letters/list.tsx";
import { StepTags } from "./today.tsx";
import { Back, Fold, Ref, Tag, Tel, To, useScene } from "./ui.tsx";

export function FamilyPage({ id }: { id: string }) {
  const { rows, say } = useScene(), family = rows.table("cases").get(id);
  if (!family) return <Gone />;
  const steps = openSteps(rows, say, id), pathway = openPathway(rows, id), seen = lastSeen(rows, id, say);
  const unseen = steps.find((s) => s.unseen), never = seen.filter((s) => !s.day);
  return (
    <>
      <Back to={{ page: "families" }} say="back.families" />
      <h1>{family.family_name} <Ref>{referenceOf(rows, id)}</Ref></h1>
      <p>{childrenWords(rows, id, say)}{pathway && <>. {standing(rows, pathway).state || standing(rows, pathway).title}, {say("family.since", { day: say.day(dayIn(pathway.opened_at)) })}</>}.</p>
      {family.status === "closed" && <div class="wait"><p><strong>{say("family.closed", { day: family.closed_on ? say.day(dayIn(family.closed_on)) : "" })}</strong></p></div>}
      {family.restricted && <RestrictedLine family={id} />}
      {unseen && (
        <div class="stop"><p><strong>{never.length > 0 ? say("family.unseen.never", { names: together(never.map((s) => nameOf(s.child, say)), say) }) : say("family.unseen")}</strong> {say("due", { day: say.when(unseen.due) })}</p></div>
      )}
      <To to={{ page: "record", family: id }} class="btn">{say("family.record")}</To>
      <div class="three">
        <div class="col">
          <h2>{say("family.contact")}</h2>
          <SafeContact of={reachOf(rows, id, say)} />
          <h2>{say("family.last_seen")}</h2>
          {seen.length === 0 ? <p>{say("find.no_children")}</p> : seen.map((s) => <LastSeen key={s.child.id} of={s} />)}
        </div>
        <aside class="col stick" aria-labelledby="steps">
          <h2 id="steps">{say("family.steps", { n: steps.length })}</h2>
          {steps.length === 0 && <p>{say("family.steps.none")}</p>}
          {steps.map((s) => <StepPanel key={s.id} step={s} />)}
          {pathway ? <Allowed family={id} /> : <p>{say("family.no_pathway")} <Begin form="pathway.open" of={{ family: id, data: { opened_at: stamp(say.now) } }} plain /></p>}
        </aside>
        <div class="mid">
          <Chronology family={id} />
          <p><To to={{ page: "household", family: id }} class="lnk">{say("household.see")}</To></p>
          <h2>{say("family.involved")}</h2>
          <dl class="rows">
            {involvedIn(rows, id).map((a) => (
              <div key={a.agency}><dt>{a.name}</dt><dd>{a.members.map((m) => say(`role.${m.role}`, { name: m.name })).join(". ")}. {a.phone && <Tel number={a.phone} />}</dd></div>
            ))}
          </dl>
          <LettersOf family={id} />
          <EvidenceOf family={id} />
          <Rest family={id} />
        </div>
      </div>
    </>
  );
}

/** The family left this phone while it was being read. */
function Gone() {
  const { say } = useScene();
  return <><Back to={{ page: "families" }} say="back.families" /><h1>{say("family.gone.title")}</h1><p>{say("family.gone.text")}</p></>;
}

function SafeContact({ of }: { of: Reach[] }) {
  const { say } = useScene();
  if (of.length === 0) return <p>{say("contact.none")}</p>;
  return (
    <>
      {of.map((r) => (
        <section class="fam" key={r.person.id}>
          <h3>{nameOf(r.person, say, of.map((x) => x.person))}</h3>
          {r.apartFrom.length > 0 && <p class="stop small"><strong>{say("contact.apart", { names: together(r.apartFrom.map((p) => nameOf(p, say)), say) })}</strong></p>}
          {r.person.language && r.person.language !== "English" && <p><strong>{say("contact.language", { language: r.person.language })}</strong>{r.person.interpreter === "needed" && <> {say("contact.interpreter")}</>}</p>}
          {r.phones.map((c, i) => <p key={i}><Tel number={c.value ?? ""} />. <Safe of={c} /></p>)}
          {r.addresses.map((c, i) => <p key={i}>{[...(c.lines ?? []), c.postcode].filter(Boolean).join(", ")}. <Safe of={c} /></p>)}
          {r.other.map((c, i) => <p key={i}>{[c.value, ...(c.lines ?? [])].filter(Boolean).join(", ")}. {c.confirmed_on && <Confirmed on={c.confirmed_on} />}</p>)}
          {r.phones.length + r.addresses.length + r.other.length === 0 && <p class="soft">{say("contact.unknown")}</p>}
        </section>
      ))}
    </>
  );
}

/** What is not safe is bold; what is safe is plain; what nobody asked is said. */
function Safe({ of: c }: { of: Contact }) {
  const { say } = useScene();
  const say3 = (v: boolean | undefined, yes: "contact.sms" | "contact.voicemail" | "contact.post") =>
    v === undefined ? <span>{say(`${yes}.unknown`)} </span> : v ? <span>{say(yes)} </span> : <strong>{say(`${yes}.no`)} </strong>;
  return <>{c.kind === "phone" ? <>{say3(c.safe_sms, "contact.sms")}{say3(c.safe_voicemail, "contact.voicemail")}</> : say3(c.safe_post, "contact.post")}<Confirmed on={c.confirmed_on} />{c.note && <> {c.note}</>}</>;
}

function Confirmed({ on }: { on?: string }) {
  const { say } = useScene();
  return <span class="soft small">{on ? say("contact.confirmed", { day: say.shortDay(on.slice(0, 10)) }) : say("contact.unconfirmed")}</span>;
}

function LastSeen({ of: s }: { of: Seen }) {
  const { say } = useScene();
  return (
    <section class="fam">
      <h3>{withAge(s.child, say, say.today)}</h3>
      {s.day
        ? <p><strong class={s.daysAgo > 28 ? "late-t" : undefined}>{say("seen.ago", { n: s.daysAgo })}</strong>, {say.shortDay(s.day)}{s.by && <>, {say("seen.by", { name: s.by })}</>}{s.agency && <>, {s.agency}</>}. {s.alone !== undefined && <span class="soft small">{say(s.alone ? "seen.alone" : "seen.with_others")}</span>} {s.unsent && <Tag kind="today">{say("tag.provisional")}</Tag>}</p>
        : <p><span class="late-t">{say("seen.never")}</span></p>}
    </section>
  );
}

function StepPanel({ step: s }: { step: Step }) {
  const { rows, say } = useScene(), why = whyOf(rows, s, say), first = waitsFor(rows, s), act = doing(rows, s);
  return (
    <section class="fam">
      <h3>{s.title}</h3>
      <p><StepTags step={s} /> {s.due && say("due", { day: say.when(s.due) })}
        {why && <span class="why">{why}</span>}
        {first && <span class="why">{say("waits")} {first}</span>}</p>
      {act && !s.provisional && <DoIt act={act} family={s.family} pathway={s.pathway} />}
    </section>
  );
}

function Allowed({ family }: { family: string }) {
  const { rows, say } = useScene(), all = pathwaysOf(rows, family).filter((p) => !p.ended);
  return (
    <>
      {all.map((p) => {
        const { now, not } = actsOf(rows, p), beside = alongside(p);
        return (
          <div key={p.id}>
            {all.length > 1 && <h2>{standing(rows, p).title}</h2>}
            {beside.map((b) => <div class="wait small" key={b.title}><p><strong>{say("family.alongside", { title: b.title })}</strong> {b.why}</p><Begin form="pathway.open" of={{ family, data: { template: rows.table("pathway_templates").all.find((t) => t.key === (b as { template?: string }).template && t.status === "published")?.id ?? "", opened_at: stamp(say.now) } }} kind="sec" /></div>)}
            {waitingOn(rows, p).length > 0 && <><h2>{say("decide.waiting")}</h2>{waitingOn(rows, p).map((w) => <WaitingLine key={w.event.id} of={w} />)}</>}
            <h2>{say("family.now")}</h2>
            <Fold title={say("family.now.n", { n: now.length })}><ul class="acts">{now.map((a) => <li key={a.name}><DoIt act={a} family={family} pathway={p.id} plain /></li>)}</ul></Fold>
            <h2>{say("family.not_yet")}</h2>
            {not.length === 0 && <p>{say("family.not_yet.none")}</p>}
            <Fold title={say("family.not_yet.n", { n: not.length })}>
              {not.map((n) => <section class="fam" key={n.why}><h3>{n.acts.map((a) => a.title).join("; ")}</h3><p>{n.why}</p></section>)}
            </Fold>
          </div>
        );
      })}
    </>
  );
}

const first = 8;

function Chronology({ family }: { family: string }) {
  const { rows, say } = useScene(), [filter, set] = useState<Filter>({}), [most, more] = useState(first);
  const children = childrenOf(rows, family, say.today), all = chronologyOf(rows, family, say, filter);
  const ways: [string, Filter][] = [[say("chronology.everything"), {}], ...children.map((c): [string, Filter] => [say("chronology.only", { name: nameOf(c, say, children) }), { child: c.id }]), [say("chronology.contacts"), { only: "contact" }], [say("chronology.by_child"), { only: "child" }]];
  return (
    <>
      <h2>{say("chronology.title")}</h2>
      <div class="filters" role="group" aria-label={say("chronology.filter")}>
        {ways.map(([title, f]) => <button key={title} class="plain" type="button" aria-pressed={JSON.stringify(f) === JSON.stringify(filter)} onClick={() => (set(f), more(first))}>{title}</button>)}
      </div>
      <p class="soft small" role="status">{say("chronology.count", { n: all.length })}</p>
      <ul class="chron">{all.slice(0, most).map((e) => <EntryLine key={e.id} of={e} />)}</ul>
      {all.length > most && <button class="btn sec" type="button" onClick={() => more(most + 40)}>{say("chronology.older", { n: all.length - most })}</button>}
    </>
  );
}

export function EntryLine({ of: e }: { of: Entry }) {
  const { say } = useScene();
  return (
    <li class={e.state === "unsent" ? "prov" : e.kind === "risk" ? "risk" : e.byChild ? "said" : undefined}>
      <span class="d">{say.when(e.when)}</span>
      {e.title}{e.outcome && <>: <strong>{e.outcome}</strong></>}.{" "}
      {e.words && (e.quoted ? <q>{e.words}</q> : <span class="text">{e.words}</span>)}{" "}
      {e.state && <Tag kind={e.state === "unsent" ? "today" : ""}>{say(`state.${e.state}`)}</Tag>}
      <span class="why">{[e.said, e.by, e.agency].filter(Boolean).join(". ")}</span>
    </li>
  );
}

function Rest({ family }: { family: string }) {
  const { rows, say } = useScene(), language: Language = say.language;
  const count = (name: "letters" | "evidence" | "meetings" | "requests" | "referrals" | "disputes") => rows.table(name).of(family).length;
  const actions = rows.table("actions").of(family).filter((a) => !a.done_on);
  return (
    <>
      <p><To to={{ page: "work", family }} class="lnk">{say("work.see")}</To></p>
      {actions.length > 0 && <><h2>{say("family.actions")}</h2><ul class="acts">{actions.map((a) => <li key={a.id}><span>{a.what}</span><span class="why">{a.owner || workerName(rows, a.owner_user, family)}{a.due_on && <>. {say("due", { day: say.when(dayIn(a.due_on)) })}</>}</span></li>)}</ul></>}
      <Fold title={say("family.rest")}><p lang={language}>{say("family.rest.counts", { letters: say("letters", { n: count("letters") }), evidence: say("evidence", { n: count("evidence") }), meetings: say("meetings", { n: count("meetings") }), requests: say("requests", { n: count("requests") }) })}</p></Fold>
    </>
  );
}
