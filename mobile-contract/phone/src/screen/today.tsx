// Today: whether a child is in danger, and what to do first. True, and in the one order.
import { referenceOf, todayOf, type FamilySteps, type TeamMember } from "../today.ts";
import { childrenWords } from "../family.ts";
import { pendingWords, requestWords } from "../pending.ts";
import { openRisks, type Risk } from "../risk.ts";
import { lastSeen } from "../seen.ts";
import { waitsFor, type Step } from "../step.ts";
import { nameOf, together, workerName } from "../person.ts";
import { dayIn } from "../day.ts";
import type { Key } from "../words.ts";
import { Begun } from "../letters/list.tsx";
import { DecisionsWaiting } from "../work/screen.tsx";
import { confirms } from "../champions/champion.ts";
import { decisionsOf } from "../work/facts.ts";
import { ChampionNote } from "../champions/screen.tsx";
import { Button, Fold, Guard, Ref, Ring, Tag, To, useScene } from "./ui.tsx";

export function TodayPage() {
  const { rows, say, phone } = useScene(), t = todayOf(rows, say), c = t.counts;
  const none = rows.table("cases").all.length === 0, more = decisionsOf(rows).length > 0 || confirms(rows, say.today);
  const stale = say.now - phone.synced > 86_400_000;
  const counts: [string, number, Key, boolean][] = [
    ["risks", c.risks, "count.risks", true], ["overdue", c.overdue, "count.overdue", true], ["due", c.today, "count.today", false], ["asked", c.asked, "count.asked", false],
    ["refused", c.refused, "count.refused", false], ["conflicts", c.conflicts, "count.conflicts", false], ["unsent", c.unsent, "count.unsent", false], ["soon", c.soon, "count.soon", false],
  ];
  if (t.team.length > 0) counts.splice(1, 0, ["team", t.team.reduce((n, m) => n + m.overdue, 0), "count.team", true]);
  return (
    <>
      <h1>{say("title.today")}</h1>
      <p class="soft">{say.day(say.today)}, {say.time(say.now)}</p>
      {stale && <div class="wait"><h2>{say("today.stale.title")}</h2><p>{say("today.stale.text", { when: say.moment(phone.synced) })}</p></div>}
      {t.risks.map((r) => <Guard key={r.id} say={say}><RiskPanel risk={r} /></Guard>)}
      {none && <ChampionNote top />}
      {t.nothing && !stale && !more && <div class="good"><h2>{say("today.nothing")}</h2><p>{say("today.nothing.asof", { when: say.moment(phone.synced) })}</p></div>}
      <ul class="counts" aria-label={say("today.waiting")}>
        {counts.map(([id, n, key, hot]) => (
          <li key={id}><Jump to={id} hot={hot && n > 0} none={n === 0}><b>{n}</b> <span>{say(key, { n, families: say("families", { n: c.overdueFamilies }) })}</span></Jump></li>
        ))}
      </ul>
      <div class="two">
        <div>
          <DecisionsWaiting />
          {t.team.length > 0 && <Team all={t.team} />}
          <h2 id="overdue" tabIndex={-1}>{say("today.overdue")}</h2>
          <Families all={t.overdue} none="today.overdue.none" most={5} />
        </div>
        <div>
          <h2 id="due" tabIndex={-1}>{say("today.due")}</h2>
          <Families all={t.today} none="today.due.none" />
          <h2 id="asked" tabIndex={-1}>{say("today.asked")}</h2>
          {t.asked.length === 0 && <p>{say("today.asked.none")}</p>}
          {t.asked.map((r) => (
            <section class="fam" key={r.id}>
              <h3>{r.case && rows.table("cases").get(r.case) ? <><To to={{ page: "family", family: r.case }}>{rows.table("cases").get(r.case)!.family_name}</To> <Ref>{referenceOf(rows, r.case)}</Ref></> : rows.table("agencies").get(r.by_agency)?.name ?? say("asked.by_unknown")}</h3>
              <p><To to={{ page: "asked", request: r.id }}>{requestWords(rows, r, say)}</To> <Tag kind="ask">{say("tag.asked")}</Tag>
                <span class="why">{r.collection === "letters" && rows.table("letters").get(r.record) && <To to={{ page: "letter", letter: r.record }} class="lnk">{say("asked.letter.open")}</To>} {r.by_agency && say("asked.by", { agency: rows.table("agencies").get(r.by_agency)?.name ?? "" })} {r.due_on && say("asked.until", { day: say.day(dayIn(r.due_on)) })}</span></p>
            </section>
          ))}
          <h2>{say("today.stuck")}</h2>
          <section class="fam" id="refused" tabIndex={-1}>
            <h3>{c.refused > 0 ? <To to={{ page: "stuck" }}>{say("today.refused")}</To> : <span>{say("today.refused")}</span>} <Tag kind={c.refused > 0 ? "late" : ""}>{c.refused}</Tag></h3>
            {t.refused.slice(0, 3).map((r) => <p key={r.id}>{pendingWords(rows, { collection: r.collection, record: r.record, op: r.op, set: (r.content.set ?? {}) as Record<string, unknown> }, say)}</p>)}
          </section>
          <section class="fam" id="conflicts" tabIndex={-1}>
            <h3>{c.conflicts > 0 ? <To to={{ page: "stuck" }}>{say("today.conflicts")}</To> : <span>{say("today.conflicts")}</span>} <Tag kind={c.conflicts > 0 ? "today" : ""}>{c.conflicts}</Tag></h3>
            {t.conflicts.slice(0, 3).map((x) => <p key={x.id}>{pendingWords(rows, { collection: x.collection, record: x.record, op: x.op, set: x.ours }, say)}</p>)}
          </section>
          <section class="fam" id="unsent" tabIndex={-1}>
            <h3>{c.unsent > 0 ? <To to={{ page: "phone" }}>{say("today.unsent")}</To> : <span>{say("today.unsent")}</span>} <Tag>{c.unsent}</Tag></h3>
            {t.unsent.slice(0, 3).map((p) => <p key={p.id}>{pendingWords(rows, p, say)}</p>)}
          </section>
          {phone.drafts.length > 0 && <section class="fam"><h3><To to={{ page: "record" }}>{say("today.drafts")}</To> <Tag>{phone.drafts.length}</Tag></h3></section>}
          <Begun />
          <h2 id="soon" tabIndex={-1}>{say("today.soon")}</h2>
          {c.soon === 0 ? <p>{say("today.soon.none")}</p> : <Fold title={say("today.soon.steps", { n: c.soon })}><Families all={t.soon} none="today.soon.none" /></Fold>}
          {!none && <ChampionNote />}
          <div class="info small"><p>{say(phone.synced ? "today.everything" : "today.everything.never", { when: say.moment(phone.synced) })}</p></div>
        </div>
      </div>
    </>
  );
}

function Jump({ to, hot, none, children }: { to: string; hot: boolean; none: boolean; children: preact.ComponentChildren }) {
  const jump = (e: Event) => {
    e.preventDefault();
    const there = document.getElementById(to);
    there?.scrollIntoView();
    there?.focus({ preventScroll: true });
  };
  if (none) return <span class="none">{children}</span>;
  return <a class={hot ? "hot" : undefined} href={"#" + to} onClick={jump}>{children}</a>;
}

export function RiskPanel({ risk: r, here }: { risk: Risk; here?: boolean }) {
  const { rows, say } = useScene(), family = rows.table("cases").get(r.family), by = workerName(rows, r.by, r.family) || r.by, id = "r-" + r.id.slice(-4);
  const raisedBy = by.length === 15 && !by.includes(" ") ? "" : by;
  return (
    <section class={"panel" + (r.state === "open" ? " calm" : "")} aria-labelledby={family ? `${id} ${id}f` : id} id={openRisks(rows)[0]?.id === r.id ? "risks" : undefined} tabIndex={-1}>
      <h2 id={id}>{say(`risk.${r.state}`)}</h2>
      <div>
        {family && <p id={id + "f"}><strong><To to={{ page: "family", family: r.family }}>{family.family_name}</To></strong> <Ref>{referenceOf(rows, r.family)}</Ref><br />{childrenWords(rows, r.family, say)}</p>}
        {r.off && <p>{say("risk.off")}</p>}
        <p>{r.mine ? say("risk.by_you", { when: say.moment(r.raised) }) : raisedBy ? say("risk.by", { name: raisedBy, when: say.moment(r.raised) }) : say("risk.raised", { when: say.moment(r.raised) })}
          {r.told !== undefined && r.mine && <> {say("risk.told", { n: r.told })}</>}</p>
        {r.words && <p class="quote">“{r.words}”</p>}
        {!here && <To to={{ page: "risk", risk: r.id }} class="btn red">{say(r.state === "asked" ? "risk.read" : "risk.look")}</To>}
        {r.ring && !r.mine && <Ring name={say("ring", { name: raisedBy || say("risk.whoever") })} number={r.ring} />}
      </div>
    </section>
  );
}

function Families({ all, none, most = 99 }: { all: FamilySteps[]; none: Key; most?: number }) {
  const { say } = useScene(), rest = all.slice(most);
  if (all.length === 0) return <p>{say(none)}</p>;
  const n = rest.reduce((sum, f) => sum + f.steps.length, 0);
  return (
    <>
      {all.slice(0, most).map((f) => <Guard key={f.family} say={say}><Family of={f} /></Guard>)}
      {rest.length > 0 && <Fold title={say("today.more_families", { n: rest.length, steps: say("steps", { n }) })}>{rest.map((f) => <Family key={f.family} of={f} />)}</Fold>}
    </>
  );
}

function Family({ of: f }: { of: FamilySteps }) {
  const { rows, say } = useScene(), [shown, rest] = [f.steps.slice(0, 2), f.steps.slice(2)];
  return (
    <section class="fam">
      <h3><To to={{ page: "family", family: f.family }}>{f.name}</To> <Ref>{f.reference}</Ref></h3>
      <p class="small soft">{childrenWords(rows, f.family, say)}</p>
      <ul>{shown.map((s) => <StepLine key={s.id} step={s} />)}</ul>
      {rest.length > 0 && <Fold title={say("today.more_steps", { n: rest.length })}><ul>{rest.map((s) => <StepLine key={s.id} step={s} />)}</ul></Fold>}
    </section>
  );
}

function StepLine({ step: s }: { step: Step }) {
  const { say, rows } = useScene(), first = waitsFor(rows, s);
  return (
    <li>
      <To to={{ page: "family", family: s.family }}>{s.title}</To> <StepTags step={s} />
      <span class="why">{s.due && say(s.kind === "today" ? "due.today" : "due", { day: say.when(s.due) })} {s.unseen ? unseenWords(s) : ""}</span>
      {first && <span class="why">{say("waits")} {first}</span>}
    </li>
  );

  function unseenWords(step: Step): string {
    const never = lastSeen(rows, step.family, say).filter((x) => !x.day).map((x) => nameOf(x.child, say));
    return never.length > 0 ? say("unseen.never", { names: together(never, say) }) : "";
  }
}

export function StepTags({ step: s }: { step: Step }) {
  const { say } = useScene();
  return (
    <>
      {s.unseen && <><Tag kind="red">{say("tag.unseen")}</Tag>{" "}</>}
      {s.kind === "overdue" && <Tag kind="late">{s.daysLate > 0 ? say("tag.late", { n: s.daysLate }) : say("tag.late_today")}</Tag>}
      {s.kind === "today" && <Tag kind="today">{say("tag.today")}</Tag>}
      {s.kind === "none" && <Tag>{say("tag.no_date")}</Tag>}
      {s.provisional && <>{" "}<Tag kind="today">{say("tag.provisional")}</Tag></>}
    </>
  );
}

function Team({ all }: { all: TeamMember[] }) {
  const { say } = useScene();
  return (
    <>
      <h2 id="team" tabIndex={-1}>{say("team.title")}</h2>
      {all.map((m) => (
        <section class="fam" key={m.user}>
          <h3><span>{m.name}</span> <Ref>{say("families", { n: m.families })}</Ref></h3>
          <p>{m.overdue > 0 ? <strong class="late-t">{say("team.overdue", { n: m.overdue, families: say("families", { n: m.overdueFamilies }), days: m.longest })}</strong> : say("team.none")} {say("team.today", { n: m.today })}</p>
        </section>
      ))}
      <p class="small soft">{say("team.means")}</p>
    </>
  );
}

/** Answers a risk: that it was read, or that it is taken on. */
export function AnswerRisk({ risk: r }: { risk: Risk }) {
  const { phone, say } = useScene();
  if (!r.notice || r.state !== "asked") return null;
  const now = () => new Date().toISOString().replace("T", " ");
  const set = r.off ? { taken_on_at: now() } : { acknowledged_at: now() };
  return <Button kind="red" press={() => phone.write([{ op: "update", collection: "notices", id: r.notice!.id, set }])}>{say(r.off ? "risk.take_on" : "risk.answer")}</Button>;
}
