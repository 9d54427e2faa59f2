// Champions: what comes next, what was passed on, one's own record; the directory; an event.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { NetworkEventsRecord } from "../../../ts/wire.ts";
import { dayIn, instant } from "../day.ts";
import { Begin } from "../forms/screen.tsx";
import { grouped } from "../rows.ts";
import { together } from "../person.ts";
import { Back, Button, Fold, Ref, Tag, Tel, To, Words, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { saveCalendar } from "./calendar.ts";
import { championsOf, confirms, endOf, eventsAhead, eventsPast, findChampions, goesOn, mayRecord, meetingsOf, myAnswer, othersComing, policyOn, registrationOf, serves } from "./champion.ts";
import { known } from "./forms.ts";

export function ChampionPage() {
  const { rows, say } = useScene(), r = registrationOf(rows), ahead = eventsAhead(rows, say.now), coming = ahead.filter((e) => myAnswer(rows, e.id)?.answer === "coming");
  return (
    <>
      <h1>{say("champion.title")}</h1>
      {r && goesOn(r) && <p class="big">{say(`champion.is.${r.status || "submitted"}` as Key)} {r.lead && say("champion.lead", { agency: rows.table("agencies").get(r.agency)?.name ?? "" })} {rows.unsent.has(`champion_registrations/${r.id}`) && <Tag kind="today">{say("tag.provisional")}</Tag>}</p>}
      {!goesOn(r) && <Offer again={r !== undefined} why={r?.decision_note ?? ""} />}
      {r && r.status !== "submitted" && <Confirm />}
      <div class="two">
        <div>
          <h2>{say("champion.next")}</h2>
          {ahead.length === 0 && <p>{say("event.none")}</p>}
          {ahead.map((e) => <EventLine key={e.id} of={e} />)}
          {coming.length > 0 && <button class="plain" type="button" onClick={() => saveCalendar(coming)}>{say("event.calendar.all")}</button>}
          <Past />
          {mayRecord(rows) && <PassedOn />}
        </div>
        <div>
          <Practice />
          {r && goesOn(r) && <OwnRecord />}
          <h2>{say("directory.title")}</h2>
          {championsOf(rows, rows.me.agency).map((c) => <p key={c.id}>{c.name}, {c.job_title}</p>)}
          <p><To to={{ page: "directory" }} class="lnk">{say("directory.find")}</To></p>
          <h2>{say("champion.read")}</h2>
          <ul class="acts">{rows.table("resources").all.map((g) => <li key={g.id}><To to={{ page: "guides", item: g.id }}>{g.title}</To></li>)}</ul>
        </div>
      </div>
    </>
  );
}

function Offer({ again, why }: { again: boolean; why: string }) {
  const { say } = useScene();
  return (
    <>
      {again && <div class="wait"><p><strong>{say("champion.over")}</strong> {why}</p></div>}
      <p>{say("champion.what")}</p>
      <Begin form="champion.register" />
    </>
  );
}

/** Confirming again, before the time is over and after. */
function Confirm() {
  const { rows, say, phone } = useScene(), r = registrationOf(rows)!;
  if (!confirms(rows, say.today) && !r.renewal_asked) return null;
  return (
    <div class={r.status === "lapsed" ? "stop" : "wait"}>
      <h2>{r.status === "lapsed" ? say("champion.lapsed", { day: say.shortDay(r.valid_until) }) : say("champion.ends", { day: say.day(r.valid_until) })}</h2>
      {r.renewal_asked ? <p role="status">{say("champion.asked", { name: r.manager_name })}</p>
        : <><p>{say("champion.renew.text", { name: r.manager_name })}</p>
          <Button press={() => phone.write([{ op: "update", collection: "champion_registrations", id: r.id, set: { renewal_asked: true } }])}>{say("champion.renew")}</Button></>}
    </div>
  );
}

function When({ of: e }: { of: NetworkEventsRecord }) {
  const { say } = useScene(), from = instant(e.starts_at);
  return <>{say("event.when", { day: say.day(dayIn(e.starts_at)), from: say.time(from), to: say.time(endOf(e)) })}</>;
}

function EventLine({ of: e }: { of: NetworkEventsRecord }) {
  const { say } = useScene();
  return (
    <section class="fam">
      <h3><To to={{ page: "event", event: e.id }}>{e.title}</To> <Ref>{say(`event.kind.${e.kind}`)}</Ref></h3>
      <p><strong><When of={e} /></strong><br />{e.place && <>{e.place}. </>}<Said event={e.id} /></p>
      <Coming event={e} short />
    </section>
  );
}

function Said({ event }: { event: string }) {
  const { rows, say } = useScene(), a = myAnswer(rows, event);
  if (!a) return <span class="soft">{say("event.unsaid")}</span>;
  return <><Tag kind={a.answer === "coming" || a.answer === "attended" ? "ok" : ""}>{say(`event.${a.answer}`)}</Tag>{rows.unsent.has(`network_attendance/${a.id}`) && <> <Tag kind="today">{say("tag.provisional")}</Tag></>}</>;
}

/** Coming, and not coming; the time of the tap counts, also without signal. */
function Coming({ event: e, short }: { event: NetworkEventsRecord; short?: boolean }) {
  const { rows, say, phone } = useScene(), a = myAnswer(rows, e.id), now = Date.now(), over = instant(e.starts_at) <= now;
  const answer = (value: string) => phone.write([a ? { op: "update", collection: "network_attendance", id: a.id, set: { answer: value } } : { op: "create", collection: "network_attendance", id: phone.newID(), set: { event: e.id, user: rows.me.id, answer: value } }]);
  if (e.status === "cancelled") return null;
  if (over) return a?.answer === "missed" || a?.answer === "attended" ? null : <Button kind="sec" press={() => answer("attended")}>{say("event.was_there")}</Button>;
  return (
    <>
      {a?.answer !== "coming" && <Button kind={short ? "sec" : ""} press={() => answer("coming")}>{say("event.come")}</Button>}
      {(!short || a?.answer === "coming") && a?.answer !== "apologies" && <Button kind="sec" press={() => answer("apologies")}>{say("event.sorry")}</Button>}
    </>
  );
}

export function EventPage({ id }: { id: string }) {
  const { rows, say } = useScene(), e = rows.table("network_events").get(id);
  if (!e) return <><Back to={{ page: "champion" }} /><h1>{say("event.gone")}</h1></>;
  const others = othersComing(rows, id);
  return (
    <div class="narrow">
      <Back to={{ page: "champion" }} />
      <h1>{e.title}</h1>
      {e.status === "cancelled" && <div class="stop"><p><strong>{say("event.cancelled")}</strong></p></div>}
      <p role="status"><Said event={id} /></p>
      <dl class="rows">
        <div><dt>{say("event.at")}</dt><dd><When of={e} /></dd></div>
        {e.place && <div><dt>{say("event.where")}</dt><dd>{e.place}</dd></div>}
        <div><dt>{say("event.what")}</dt><dd>{say(`event.kind.${e.kind}`)}{e.description && <>. <span class="text">{e.description}</span></>}</dd></div>
        {e.capacity > 0 && <div><dt>{say("event.room")}</dt><dd>{say("event.places", { n: e.capacity })}</dd></div>}
        {others.length > 0 && <div><dt>{say("event.others")}</dt><dd>{together(others, say)}</dd></div>}
      </dl>
      <Coming event={e} />
      <button class="btn sec" type="button" onClick={() => saveCalendar([e])}>{say("event.calendar")}</button>
      <p class="small soft">{say("event.sorry.means")} {say("event.names")}</p>
    </div>
  );
}

function Past() {
  const { rows, say } = useScene(), past = eventsPast(rows, say.now);
  if (past.length === 0) return null;
  return <Fold title={say("event.past", { n: past.length })}>{past.map((e) => <section class="fam" key={e.id}><h3><To to={{ page: "event", event: e.id }}>{e.title}</To></h3><p>{say.day(dayIn(e.starts_at))}. <Said event={e.id} /></p><Coming event={e} short /></section>)}</Fold>;
}

function PassedOn() {
  const { rows, say } = useScene();
  const mine = [...rows.table("cascade_log").all.map((c) => ({ id: c.id, on: c.on, key: "cascade_log/", words: say("passed.line", { topic: c.topic, audience: c.audience, people: c.people ? say("passed.n", { n: c.people }) : "" }) })),
    ...rows.table("surgery_sessions").all.map((s) => ({ id: s.id, on: s.on, key: "surgery_sessions/", words: say("surgery.line", { minutes: s.minutes || "?", people: s.people ? say("passed.n", { n: s.people }) : "", about: (s.questions ?? []).map((q) => say(`topic.${q}` as Key).toLowerCase()).join(", ") }) }))]
    .sort((a, b) => b.on.localeCompare(a.on));
  return (
    <>
      <h2>{say("passed.mine")}</h2>
      {mine.length === 0 ? <p>{say("passed.none")}</p> : <ul class="chron">{mine.map((m) => <li key={m.id} class={rows.unsent.has(m.key + m.id) ? "prov" : undefined}><span class="d">{say.shortDay(dayIn(m.on))}</span>{m.words}</li>)}</ul>}
      <Begin form="champion.passed" />
      <Begin form="champion.surgery" kind="sec" />
      <p class="small soft">{say("champion.no_names")}</p>
    </>
  );
}

function Practice() {
  const { rows, say } = useScene(), mine = rows.table("good_practice").all.filter((g) => g.user === rows.me.id || rows.unsent.has(`good_practice/${g.id}`)), shared = rows.table("good_practice").all.filter((g) => g.status === "shared");
  return (
    <>
      <h2>{say("practice.good")}</h2>
      {mine.map((g) => <p key={g.id}><To to={{ page: "practice", item: g.id }}>{g.title}</To> <Tag kind={g.status === "shared" ? "ok" : ""}>{say(`practice.is.${g.status || "draft"}` as Key)}</Tag></p>)}
      {shared.filter((g) => !mine.includes(g)).map((g) => <p key={g.id}><To to={{ page: "practice", item: g.id }}>{g.title}</To> <span class="soft">{g.agency_name}</span></p>)}
      {mine.length + shared.length === 0 && <p>{say("practice.none")}</p>}
      <Begin form="champion.practice" plain />
    </>
  );
}

export function PracticePage({ id }: { id: string }) {
  const { rows, say, phone, go } = useScene(), g = rows.table("good_practice").get(id);
  if (!g) return <><Back to={{ page: "champion" }} /><h1>{say("practice.gone")}</h1></>;
  const own = g.user === rows.me.id || rows.unsent.has(`good_practice/${g.id}`), turn = (status: string) => phone.write([{ op: "update", collection: "good_practice", id, set: { status } }]);
  return (
    <div class="narrow">
      <Back to={{ page: "champion" }} />
      <h1>{g.title}</h1>
      {g.agency_name && <p class="soft">{g.agency_name}</p>}
      {own && <p><Tag kind={g.status === "shared" ? "ok" : ""}>{say(`practice.is.${g.status || "draft"}` as Key)}</Tag> {g.moderation_note && <>“{g.moderation_note}”</>}</p>}
      {g.body.split(/\n\s*\n/).map((p, i) => <p class="text" key={i}>{p}</p>)}
      {(g.topics ?? []).length > 0 && <p class="small soft">{g.topics.map((t) => say(`topic.${t}` as Key)).join(", ")}</p>}
      {own && (g.status === "draft" || g.status === "declined") && <Begin form="champion.practice" of={{ about: id, data: { title: g.title, body: g.body, topics: g.topics ?? [] } }} />}
      {own && g.status === "submitted" && <Button kind="sec" press={() => turn("draft")}>{say("practice.back")}</Button>}
      {own && ["draft", "submitted", "shared"].includes(g.status) && <Fold title={say("practice.away")}><p>{say("practice.away.text")}</p><Button kind="sec" press={async () => { await turn("withdrawn"); go({ page: "champion" }); }}>{say("practice.away.yes")}</Button></Fold>}
    </div>
  );
}

const Row = ({ name, children }: { name: Key; children: ComponentChildren }) => { const { say } = useScene(); return <div><dt>{say(name)}</dt><dd>{children}</dd></div>; };

function OwnRecord() {
  const { rows, say, phone } = useScene(), r = registrationOf(rows)!, m = meetingsOf(rows, r.active_since, say.now), policy = policyOn(rows, say.today);
  const set = (change: Record<string, unknown>) => phone.write([{ op: "update", collection: "champion_registrations", id: r.id, set: change }]);
  const history = [...rows.table("champion_history").all].filter((h) => h.registration === r.id).sort((a, b) => b.at.localeCompare(a.at));
  return (
    <>
      <h2>{say("champion.own")}</h2>
      <dl class="rows">
        {r.active_since && <Row name="champion.since">{say.shortDay(r.active_since)}</Row>}
        {r.valid_until && <Row name="champion.until"><strong>{say.shortDay(r.valid_until)}</strong>. {policy.remind_days.length > 0 && say("champion.until.text", { days: together(policy.remind_days.map(String), say) })}</Row>}
        {r.active_since && <Row name="champion.meetings">{say("champion.came", { came: m.came, of: m.of, other: m.other })} {policy.missed_meetings > 0 && <>{m.missedLast > 0 && <strong>{say("champion.missed", { n: m.missedLast })} </strong>}{say("champion.lapse", { n: policy.missed_meetings })}</>}</Row>}
        <Row name="champion.manager.is">{r.manager_name}{r.agreed_at ? <>, {say("champion.agreed", { day: say.shortDay(dayIn(r.agreed_at)) })}</> : <>. {say("champion.not_agreed")}</>}</Row>
        <Row name="champion.consent.is">{say(r.directory_consent ? "champion.consent.yes" : "champion.consent.no")}</Row>
      </dl>
      <Begin form="champion.change" kind="sec" of={{ about: r.id, data: known(r as unknown as Record<string, unknown>) }} />
      {history.length > 0 && <Fold title={say("champion.history", { n: history.length })}><ul class="chron">{history.map((h) => <li key={h.id}><span class="d">{say.day(dayIn(h.at))}</span>{say.has(`champion.act.${h.act}`) ? say(`champion.act.${h.act}` as Key) : ""} {h.by_name && <span class="soft">{h.by_name}</span>} {h.reason && <>“{h.reason}”</>}</li>)}</ul></Fold>}
      {serves(r) && <Fold title={say("champion.leave")}><p>{say("champion.leave.text")}</p><Button kind="sec" press={() => set({ status: "on_leave" })}>{say("champion.leave")}</Button></Fold>}
      {r.status === "on_leave" && <Button press={() => set({ status: "active" })}>{say("champion.return")}</Button>}
      <Fold title={say("champion.stop")}><p><Words of="champion.stop.text" /></p><Button kind="sec" press={() => set({ status: "withdrawn" })}>{say("champion.stop.yes")}</Button></Fold>
    </>
  );
}

export function DirectoryPage() {
  const { rows, say } = useScene(), [asked, ask] = useState(""), found = findChampions(rows, asked);
  return (
    <>
      <Back to={{ page: "champion" }} />
      <h1>{say("title.directory")}</h1>
      <div class="narrow">
        <label class="govuk-label govuk-label--s" for="find">{say("directory.label")}</label>
        <div class="govuk-hint" id="find-hint">{say("directory.hint")}</div>
        <input class="govuk-input" id="find" type="search" autocomplete="off" spellcheck={false} aria-describedby="find-hint" value={asked} onInput={(e) => ask(e.currentTarget.value)} />
      </div>
      <p class="soft" role="status">{say("directory.found", { n: found.length })}</p>
      {[...grouped(found, (c) => c.agency_name)].map(([agency, all]) => (
        <section key={agency} class="narrow">
          <h2>{agency}</h2>
          {all.map((c) => (
            <section class="fam" key={c.id}>
              <h3><span>{c.name}</span></h3>
              <p>{[c.job_title, c.locality].filter(Boolean).join(", ")}. {c.work_phone && <Tel number={c.work_phone} />} {c.work_email && <a href={"mailto:" + c.work_email}>{c.work_email}</a>}</p>
            </section>
          ))}
        </section>
      ))}
    </>
  );
}

/** On Today: what of the scheme is near; first of all for whoever works with no family. Says nothing where nothing is. */
export function ChampionNote({ top }: { top?: boolean }) {
  const { rows, say } = useScene(), r = registrationOf(rows), next = eventsAhead(rows, say.now)[0], title = <To to={{ page: "champion" }}>{say("champion.title")}</To>;
  if (!goesOn(r)) return null;
  return (
    <section class={top ? "info" : "fam"}>
      {top ? <h2>{title}</h2> : <h3>{title}</h3>}
      {confirms(rows, say.today) && <p><strong>{say("champion.confirm")}</strong></p>}
      {next && <p>{next.title}: <When of={next} />. <Said event={next.id} /></p>}
    </section>
  );
}
