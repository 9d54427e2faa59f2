// What could not be saved, and what two people changed: in plain words, with the one thing to
// change and the person who can help.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Conflict, Refusal } from "../../../ts/src/index.ts";
import { instant } from "../day.ts";
import { choicesOf, familyOf, fieldName, pendingWords, sides, valueWords, whatWords } from "../pending.ts";
import { workerName } from "../person.ts";
import { referenceOf } from "../today.ts";
import { capital } from "../words.ts";
import { Back, Button, Field, Fold, Ref, Ring, Tag, To, useScene } from "./ui.tsx";

export function StuckPage({ item }: { item?: string }) {
  const { rows, say, phone } = useScene(), [settled] = useState(phone.settled), box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    phone.settled = false;
    box.current?.focus();
  }, []);
  const refusal = rows.refusals.find((r) => r.id === item), conflict = rows.conflicts.find((c) => c.id === item);
  if (refusal) return <RefusalPage of={refusal} />;
  if (conflict) return <ConflictPage of={conflict} />;
  return (
    <div class="narrow">
      <Back to={{ page: "today" }} say="back.today" />
      <h1>{say("title.stuck")}</h1>
      {settled && <div class="good" role="status" tabIndex={-1} ref={box} data-focus><p>{say("stuck.settled")}</p></div>}
      <h2>{say("stuck.refused", { n: rows.refusals.length })}</h2>
      {rows.refusals.length === 0 && <p>{say("stuck.refused.none")}</p>}
      {rows.refusals.map((r) => <section class="fam" key={r.id}><h3><To to={{ page: "stuck", item: r.id }}>{pendingWords(rows, written(r), say)}</To></h3><p>{r.message}</p></section>)}
      <h2>{say("stuck.conflicts", { n: rows.conflicts.length })}</h2>
      {rows.conflicts.length === 0 && <p>{say("stuck.conflicts.none")}</p>}
      {rows.conflicts.map((c) => <section class="fam" key={c.id}><h3><To to={{ page: "stuck", item: c.id }}>{pendingWords(rows, { ...c, set: c.ours }, say)}</To></h3></section>)}
    </div>
  );
}

const written = (r: Refusal) => ({ collection: r.collection, record: r.record, op: r.op, set: (r.content.set ?? {}) as Record<string, unknown> });

function RefusalPage({ of: r }: { of: Refusal }) {
  const { rows, say, phone, go } = useScene(), set = written(r).set, family = familyOf(rows, written(r)) || r.case;
  const wrong = Object.keys(r.errors), editable = wrong.filter((f) => typeof set[f] === "string" && !/^[a-z0-9]{15}$/.test(set[f] as string));
  const [values, hold] = useState<Record<string, string>>(Object.fromEntries(editable.map((f) => [f, String(set[f])])));
  const manager = rows.table("users").get(rows.table("users").get(rows.me.id)?.manager ?? ""), number = manager && (manager.phone || rows.table("agencies").get(manager.agency)?.phone);
  const at = instant(String(r.content.recorded_at ?? ""));
  const settle = async (deed: () => Promise<unknown>) => (await deed(), (phone.settled = true), go({ page: "stuck" }));
  return (
    <div class="narrow">
      <Back to={{ page: "stuck" }} />
      <h1>{say("title.refused")}</h1>
      <p>{family && <><strong>{rows.table("cases").get(family)?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref>. </>}{r.user !== rows.me.id ? say("stuck.theirs", { name: workerName(rows, r.user, family) }) : say("stuck.yours")} {whatWords(rows, written(r), say)}{Number.isNaN(at) ? "." : `, ${say.moment(at)}.`}</p>
      <div class="stop"><h2>{say("stuck.why")}</h2><p>{r.message}</p>{wrong.map((f) => <p key={f}><strong>{fieldName(r.collection, f, say)}</strong>: {r.errors[f].message}</p>)}</div>
      {editable.length > 0 && <h2>{say("stuck.change")}</h2>}
      {editable.filter((f) => choicesOf(f, say)).map((f) => (
        <div class="govuk-form-group" key={f}><label class="govuk-label govuk-label--s" for={"f-" + f}>{fieldName(r.collection, f, say)}</label>
          <select class="govuk-select" id={"f-" + f} value={values[f]} onChange={(e) => hold({ ...values, [f]: e.currentTarget.value })}>
            {!choicesOf(f, say)!.some(([v]) => v === values[f]) && <option value={values[f]}>{say("stuck.choose")}</option>}
            {choicesOf(f, say)!.map(([v, words]) => <option key={v} value={v}>{words}</option>)}
          </select></div>
      ))}
      {editable.filter((f) => !choicesOf(f, say)).map((f) => <Field key={f} id={"f-" + f} label={fieldName(r.collection, f, say)} value={values[f]} set={(v) => hold({ ...values, [f]: v })} rows={values[f].length > 60 ? 4 : undefined} />)}
      {r.code !== "malformed" && <Button press={() => settle(() => phone.ask((c) => c.resend(r, changed(values, set))))}>{say(editable.length > 0 ? "stuck.resend" : "stuck.resend_as_is")}</Button>}
      {r.user === rows.me.id && <Button kind="sec" press={() => settle(() => phone.ask((c) => c.withdraw(r)))}>{say("stuck.withdraw")}</Button>}
      {manager && number && <><h2>{say("stuck.help")}</h2><Ring name={say("ring", { name: manager.name })} more={say("ring.manager")} number={number} /></>}
      <Fold title={say("stuck.whole")}><dl class="rows">{Object.entries(set).filter(([f]) => f !== "case" && f !== "pathway").map(([f, v]) => <div key={f}><dt>{fieldName(r.collection, f, say)}</dt><dd class="text">{valueWords(rows, v, say)}</dd></div>)}</dl><p class="small soft">{say("stuck.kept")}</p></Fold>
    </div>
  );
}

const changed = (values: Record<string, string>, set: Record<string, unknown>) => Object.fromEntries(Object.entries(values).filter(([f, v]) => v !== set[f]));

function ConflictPage({ of: c }: { of: Conflict }) {
  const { rows, say, phone, go } = useScene(), [writing, write] = useState(false), all = sides(rows, c, say), mine = c.user === rows.me.id;
  const plain = c.fields.every((f) => typeof c.ours[f] === "string" && typeof c.theirs[f] === "string");
  const [values, hold] = useState<Record<string, string>>(Object.fromEntries(c.fields.map((f) => [f, String(c.ours[f] ?? "")])));
  const family = familyOf(rows, { ...c, set: c.ours }) || c.case, by = workerName(rows, c.user, family);
  const choose = async (what: "ours" | "theirs" | "other") => (await phone.ask((client) => client.choose(c, what, what === "other" ? values : undefined)), (phone.settled = true), go({ page: "stuck" }));
  return (
    <>
      <Back to={{ page: "stuck" }} />
      <h1>{say("title.conflict")}</h1>
      <p><strong>{rows.table("cases").get(family)?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref>. {capital(whatWords(rows, { ...c, set: c.ours }, say))}</p>
      {c.op === "delete" && <p>{say("conflict.delete")}</p>}
      <div class="side">
        <section class={"ver" + (mine ? " mine" : "")}>
          <h2>{mine ? say("conflict.mine") : say("conflict.of", { name: by })}</h2>
          <p class="small soft">{Number.isNaN(instant(c.recorded_at)) ? "" : say.moment(instant(c.recorded_at))}</p>
          <Version all={all} side="mine" />
          <Button kind="sec" press={() => choose("ours")}>{mine ? say("conflict.keep_mine") : say("conflict.keep_of", { name: by })}</Button>
        </section>
        <section class="ver">
          <h2>{say("conflict.stands")}</h2>
          <p class="small soft">{say("conflict.stands.text")}</p>
          <Version all={all} side="theirs" />
          <Button kind="sec" press={() => choose("theirs")}>{say("conflict.keep_stands")}</Button>
        </section>
      </div>
      {plain && c.op !== "delete" && (writing
        ? <div class="narrow">{c.fields.map((f) => <Field key={f} id={"f-" + f} label={fieldName(c.collection, f, say)} rows={3} value={values[f]} set={(v) => hold({ ...values, [f]: v })} />)}<Button press={() => choose("other")}>{say("conflict.save")}</Button></div>
        : <Button press={() => write(true)}>{say("conflict.write")}</Button>)}
      <p class="small soft">{say("conflict.kept")} {rows.unsent.has(`${c.collection}/${c.record}`) && <Tag kind="today">{say("tag.provisional")}</Tag>}</p>
    </>
  );
}

const Version = ({ all, side }: { all: ReturnType<typeof sides>; side: "mine" | "theirs" }) => (
  <dl class="rows">{all.map((f) => <div key={f.field}><dt>{f.name}</dt><dd><span class={f.mine === f.theirs ? undefined : "diff"}>{f[side]}</span></dd></div>)}</dl>
);
