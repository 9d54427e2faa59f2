// Who is who in a family, as of a day, and how the household changed.
import { useState } from "preact/hooks";
import { dayFrom } from "../forms/form.ts";
import { changesOf, householdOn, othersOn, tiesOf } from "../household.ts";
import { nameOf, together, withAge } from "../person.ts";
import { referenceOf } from "../today.ts";
import type { PeopleRecord } from "../../../ts/wire.ts";
import { Back, Ref, Tag, useScene } from "./ui.tsx";

export function HouseholdPage({ family }: { family: string }) {
  const { rows, say } = useScene(), c = rows.table("cases").get(family), [asked, ask] = useState({ d: String(Number(say.today.slice(8))), m: String(Number(say.today.slice(5, 7))), y: say.today.slice(0, 4) });
  if (!c) return <><Back to={{ page: "families" }} say="back.families" /><h1>{say("family.gone.title")}</h1><p>{say("family.gone.text")}</p></>;
  const day = dayFrom(asked.d, asked.m, asked.y), everybody = rows.table("people").of(family).filter((p) => !p.same_as), there = day ? householdOn(rows, family, day) : [], others = day ? othersOn(rows, family, day) : [], changes = changesOf(rows, family);
  const box = (k: "d" | "m" | "y", width: number) => (
    <div class="govuk-date-input__item"><label class="govuk-label" for={"as-of-" + k}>{say(`when.${k}`)}</label><input class={`govuk-input govuk-input--width-${width}`} id={"as-of-" + k} inputMode="numeric" autocomplete="off" value={asked[k]} onInput={(e) => ask({ ...asked, [k]: e.currentTarget.value })} /></div>
  );
  return (
    <>
      <Back to={{ page: "family", family }} />
      <h1>{say("household.h1")} <Ref>{c.family_name} {referenceOf(rows, family)}</Ref></h1>
      <fieldset class="govuk-fieldset change"><legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{say("household.as_of")}</legend><div class="govuk-date-input">{box("d", 2)}{box("m", 2)}{box("y", 4)}</div></fieldset>
      <div class="two">
        <div>
          <div role="status"><h2>{day ? say("household.on", { day: say.day(day), n: there.length }) : say("household.no_day")}</h2></div>
          {day && there.length === 0 && <p>{say("household.nobody")}</p>}
          {there.map((p) => <Person key={p.id} of={p} day={day} among={everybody} />)}
          {others.length > 0 && <><h2>{say("household.others")}</h2>{others.map((p) => <Person key={p.id} of={p} day={day} among={everybody} away />)}</>}
          <p class="small soft">{say("household.unsure")}</p>
        </div>
        <div>
          <h2>{say("household.changes")}</h2>
          {changes.length === 0 && <p>{say("household.changes.none")}</p>}
          <ul class="chron">{changes.map((x) => <li key={x.person.id + x.what}><span class="d">{say.day(x.day)}</span>{say(`household.${x.what}`, { name: nameOf(x.person, say, everybody) })}</li>)}</ul>
        </div>
      </div>
    </>
  );
}

function Person({ of: p, day, among, away }: { of: PeopleRecord; day: string; among: readonly PeopleRecord[]; away?: boolean }) {
  const { rows, say } = useScene(), ties = tiesOf(rows, p.case, p.id), name = (id: string) => { const o = rows.table("people").get(id); return o ? nameOf(o, say, among) : say("household.elsewhere"); };
  return (
    <section class="fam">
      <h3>{p.died_on && p.died_on <= day ? nameOf(p, say, among) : withAge(p, say, day, among)} {p.kind === "child" && <Tag>{say("household.child")}</Tag>}</h3>
      {away && <p class="small soft">{p.died_on && p.died_on <= day ? say("household.dead", { day: say.day(p.died_on) }) : p.left_on && p.left_on <= day ? say("household.gone", { day: say.day(p.left_on) }) : say("household.not_yet")}</p>}
      {ties.length > 0 && <ul class="acts">{ties.map((t) => (
        <li key={t.id}>{say("household.tie", { kind: t.kind, name: name(t.other) })} {t.parental_responsibility === "yes" && say("household.responsible")} {t.lives_with && say("household.together")} {t.between?.length > 0 && <Tag kind="late">{together(t.between.map((b) => say(`household.${b}`)), say)}</Tag>}{t.note && <span class="why">{t.note}</span>}</li>
      ))}</ul>}
    </section>
  );
}
