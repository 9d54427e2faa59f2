// Recording, in under twenty seconds: one question a page, a draft from the first tap, nothing
// required but what happened.
import { useEffect, useState } from "preact/hooks";
import { actFields, missing } from "../act_fields.ts";
import { findFamilies } from "../family.ts";
import { childrenOf, nameOf } from "../person.ts";
import { answersOf, asksChildren, editsOf, kinds, lacks, methods, newDraft, pageOf, type Draft, type Kind } from "../record.ts";
import { dayOf } from "../day.ts";
import { openSteps } from "../step.ts";
import { referenceOf } from "../today.ts";
import { capital, type Key } from "../words.ts";
import { Begin, formTitle } from "../forms/screen.tsx";
import { actTitle, ActForm, fieldID } from "./act.tsx";
import { Back, Button, Choices, Field, Fold, Problems, Ref, Tag, To, Told, Words, useScene } from "./ui.tsx";

/** Begins, or goes on with what was begun. */
export function RecordPage({ family = "" }: { family?: string }) {
  const { say, phone, rows, go } = useScene(), [asked, ask] = useState("");
  const begin = async (id: string) => {
    const d = newDraft(phone.newID(), id, Date.now());
    await phone.keepDraft(d);
    go({ page: "draft", draft: d.id });
  };
  const kind = async (k: Kind) => {
    const d: Draft = { ...newDraft(phone.newID(), family, Date.now()), kind: k, method: k === "visit" ? "visit_announced" : k === "call" ? "phone" : "" };
    await phone.keepDraft(d);
    go({ page: "draft", draft: d.id });
  };
  if (family) return (
    <>
      <Back to={{ page: "family", family }} />
      <p class="small"><strong>{rows.table("cases").get(family)?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref></p>
      <h1>{say("record.what")}</h1>
      <ul class="acts big">{kinds.map((k) => <li key={k}><button class="plain" type="button" onClick={() => void kind(k)}>{say(`kind.${k}`)}</button></li>)}</ul>
      <p><To to={{ page: "danger", family }} class="lnk">{say("record.danger")}</To></p>
    </>
  );
  const found = findFamilies(rows, say, asked).slice(0, 12);
  return (
    <>
      <h1>{say("title.record")}</h1>
      {phone.drafts.length > 0 && (
        <>
          <h2>{say("record.drafts")}</h2>
          {phone.drafts.map((d) => (
            <section class="fam" key={d.id}>
              <h3><To to={{ page: "draft", draft: d.id }}>{d.kind === "form" && !d.family ? "" : (rows.table("cases").get(d.family)?.family_name ?? say("record.no_family")) + ": "}{d.kind === "form" ? formTitle(rows, d, say) : d.kind === "act" ? actTitle(rows, d) : d.kind ? say(`kind.${d.kind}`) : say("record.begun")}</To></h3>
              <p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p>
            </section>
          ))}
        </>
      )}
      <h2>{say("record.whose")}</h2>
      <div class="narrow">
        <label class="govuk-label govuk-label--s" for="find">{say("find.label")}</label>
        <input class="govuk-input" id="find" type="search" autocomplete="off" spellcheck={false} value={asked} onInput={(e) => ask(e.currentTarget.value)} />
      </div>
      <ul class="acts big">{found.map((f) => <li key={f.family.id}><button class="plain" type="button" onClick={() => go({ page: "record", family: f.family.id })}>{f.family.family_name} <Ref>{f.reference}</Ref><span class="why">{f.children}</span></button></li>)}</ul>
      {found.length === 0 && <p>{say("find.found", { n: 0 })}</p>}
      <p><button class="plain" type="button" onClick={() => void begin("")}>{say("record.unknown_family")}</button></p>
    </>
  );
}

/** The pages of one draft. */
export function DraftPage({ id }: { id: string }) {
  const { phone, say, rows, go } = useScene(), kept = phone.drafts.find((d) => d.id === id);
  const [d, hold] = useState(kept), [page, turn] = useState<string>(kept ? pageOf(kept) : "gone"), [problem, tell] = useState<{ field: string; text: string }[]>([]);
  if (!d || page === "gone") return <><Back to={{ page: "record" }} /><h1>{say("record.gone")}</h1></>;
  const set = (change: Partial<Draft>) => {
    const next = { ...d, ...change };
    hold(next);
    void phone.keepDraft(next);
  };
  const family = rows.table("cases").get(d.family), children = d.family ? childrenOf(rows, d.family, say.today) : [];
  const act = d.kind === "act" ? actTitle(rows, d) : "";
  const after = (from: string) => (from === "what" && asksChildren(d) && children.length > 0 ? "children" : "add");
  const on = (e: Event) => {
    e.preventDefault();
    if (page === "what" && !d.answer) return tell([{ field: "what-0", text: say("record.choose") }]);
    if (page === "children" && lacks(d) === "children") return tell([{ field: "child-0", text: say("record.choose_child") }]);
    tell([]);
    if (page === "what" && asksChildren(d) && children.length === 1 && d.answer !== "saw_some") set({ children: [children[0].id] });
    turn(page === "seen" ? "add" : after(page));
  };
  const save = async (e: Event) => {
    e.preventDefault();
    const wrong = lacks(d), lacking = d.kind === "act" ? missing(d.act, d.data) : [];
    if (lacking.length > 0) return tell(lacking.map((f) => ({ field: fieldID(d.act, f), text: say(actFields[d.act].find((x) => x.name === f)!.choices ? "act.choose" : "act.write", { what: say(`ask.${f}` as Key) }) })));
    if (!d.family) return tell([{ field: "find", text: say("record.choose_family") }]);
    if (wrong) return tell([{ field: wrong === "words" ? "words" : "child-0", text: say(wrong === "words" ? "record.write" : "record.choose_child") }]);
    await phone.write(editsOf(rows, d, say, () => phone.newID()));
    await phone.dropDraft(d.id);
    phone.saved = d;
    go({ page: "saved", draft: d.id });
  };
  return (
    <form class="narrow" onSubmit={page === "add" || page === "act" ? (e) => void save(e) : on} noValidate>
      <button class="back plain" type="button" onClick={() => (page === "add" && d.answer ? turn(after("what") === "children" ? "children" : "what") : d.kind === "act" ? go({ page: "family", family: d.family }) : page === "children" ? turn("what") : go(d.family ? { page: "record", family: d.family } : { page: "record" }))}>{say("back")}</button>
      <Problems all={problem} />
      <Line d={d} set={set} turn={turn} page={page} />
      {page === "family" && <Whose d={d} pick={(id) => { set({ family: id }); turn(pageOf({ ...d, family: id })); }} />}
      {page === "kind" && <ul class="acts big">{kinds.map((k) => <li key={k}><button class="plain" type="button" onClick={() => { const next = { kind: k, method: k === "visit" ? "visit_announced" : k === "call" ? "phone" : "", answer: "" } as const; set(next); turn(pageOf({ ...d, ...next })); }}>{say(`kind.${k}`)}</button></li>)}</ul>}
      {page === "what" && <Choices name="what" legend={say("record.happened")} heading all={answersOf(d).map((a) => ({ value: a, label: say(`answer.${a}` as Key), hint: say.has(`answer.${a}.hint`) ? say(`answer.${a}.hint` as Key) : undefined }))} value={d.answer} set={(answer) => set({ answer, children: answer === d.answer ? d.children : [] })} />}
      {(page === "children" || (page === "add" && d.kind === "seen")) && (
        <Choices name="child" legend={say("record.which")} heading several hint={d.answer === "saw_some" ? say("record.which.none") : undefined} all={children.map((c) => ({ value: c.id, label: nameOf(c, say, children) }))} value={d.children}
          set={(child, yes) => set({ children: yes ? [...d.children, child] : d.children.filter((c) => c !== child) })} />
      )}
      {(page === "children" || d.kind === "seen") && d.children.length > 0 && <Choices name="alone" legend={say("record.alone")} all={[{ value: "yes", label: say("yes") }, { value: "no", label: say("no") }]} value={d.alone} set={(v) => set({ alone: v as "yes" })} />}
      {page === "act" && <><h1>{act}</h1><ActForm d={d} set={set} problem={problem} /></>}
      {page === "add" && <Add d={d} set={set} error={problem.find((p) => p.field === "words")?.text} />}
      <p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p>
      {page === "what" || page === "children" ? <Button submit>{say("continue")}</Button> : page === "add" || page === "act" ? <Button submit>{say("save")}</Button> : null}
      <p class="small"><To to={{ page: "danger", ...(family ? { family: d.family } : {}) }} class="lnk">{say("record.danger")}</To></p>
      <Fold title={say("record.throw")}><p>{say("record.throw.text")}</p><Button kind="sec" press={async () => { await phone.dropDraft(d.id); go({ page: "record" }); }}>{say("record.throw.yes")}</Button></Fold>
    </form>
  );
}

/** What is filled in already, in one line, with a way to change it. */
function Line({ d, set, turn, page }: { d: Draft; set(c: Partial<Draft>): void; turn(p: string): void; page: string }) {
  const { rows, say } = useScene(), [open, fold] = useState(false), family = rows.table("cases").get(d.family);
  const ways = d.kind === "visit" || d.kind === "call" ? methods[d.kind] : [];
  return (
    <>
      <p class="small"><strong>{family?.family_name ?? say("record.no_family")}</strong>{d.method && <> · {say(`way.${d.method}` as Key)}</>} · {say.moment(d.at)}{d.answer && page !== "what" && <> · <strong>{say(`answer.${d.answer}` as Key)}</strong></>}.{" "}
        <button class="plain inline" type="button" aria-expanded={open} onClick={() => fold(!open)}>{say("change")}</button></p>
      {open && (
        <div class="change">
          {ways.length > 0 && <Choices name="way" legend={say("record.way")} all={ways.map((w) => ({ value: w, label: capital(say(`way.${w}` as Key)) }))} value={d.method} set={(method) => set({ method, answer: answersOf({ ...d, method }).includes(d.answer) ? d.answer : "" })} />}
          <When at={d.at} set={(at) => set({ at, timed: true })} />
          <Button kind="sec" press={() => { set({ family: "" }); turn("family"); }}>{say("record.other_family")}</Button>
        </div>
      )}
    </>
  );
}

/** A day and a time, in boxes of their own: a browser's picker turns day and month round. */
export function When({ at, set }: { at: number; set(at: number): void }) {
  const { say } = useScene(), day = dayOf(at), local = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  const [parts, hold] = useState({ d: String(Number(day.slice(8))), m: String(Number(day.slice(5, 7))), y: day.slice(0, 4), t: local });
  const [wrong, tell] = useState("");
  useEffect(() => {
    const time = /^(\d{1,2})[:.]?(\d\d)$/.exec(parts.t.trim()), iso = `${parts.y.padStart(4, "0")}-${parts.m.padStart(2, "0")}-${parts.d.padStart(2, "0")}`;
    const utc = time && Date.parse(`${iso}T${time[1].padStart(2, "0")}:${time[2]}:00Z`);
    if (!utc || Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== iso) return tell(say("when.wrong"));
    const there = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", hourCycle: "h23" }).format(utc);
    const shift = ((Number(there) - Number(time![1]) + 36) % 24) - 12; // an hour in summer
    const then = utc - shift * 3_600_000;
    if (then > Date.now() + 60_000) return tell(say("when.future"));
    tell("");
    if (Math.abs(then - at) >= 60_000) set(then);
  }, [parts]);
  const box = (k: "d" | "m" | "y" | "t", width: number) => (
    <div class="govuk-date-input__item"><label class="govuk-label" for={"when-" + k}>{say(`when.${k}`)}</label>
      <input class={`govuk-input govuk-input--width-${width}`} id={"when-" + k} inputMode={k === "t" ? "text" : "numeric"} autocomplete="off" value={parts[k]} onInput={(e) => hold({ ...parts, [k]: e.currentTarget.value })} /></div>
  );
  return (
    <fieldset class="govuk-fieldset"><legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{say("when.title")}</legend>
      {wrong && <p class="govuk-error-message" role="alert">{wrong}</p>}
      <div class="govuk-date-input">{box("d", 2)}{box("m", 2)}{box("y", 4)}{box("t", 4)}</div></fieldset>
  );
}

function Whose({ d, pick }: { d: Draft; pick(id: string): void }) {
  const { rows, say } = useScene(), [asked, ask] = useState("");
  return (
    <>
      <h1>{say("record.whose")}</h1>
      {d.words && <p class="quote text">{d.words}</p>}
      <label class="govuk-label govuk-label--s" for="find">{say("find.label")}</label>
      <input class="govuk-input" id="find" type="search" autocomplete="off" spellcheck={false} value={asked} onInput={(e) => ask(e.currentTarget.value)} />
      <ul class="acts big">{findFamilies(rows, say, asked).slice(0, 12).map((f) => <li key={f.family.id}><button class="plain" type="button" onClick={() => pick(f.family.id)}>{f.family.family_name} <Ref>{f.reference}</Ref><span class="why">{f.children}</span></button></li>)}</ul>
    </>
  );
}

const sources = ["seen_by_worker", "said_by_child", "said_by_parent", "said_by_other", "other_professional"];
const ways = ["words", "drawing", "play", "signing", "interpreter", "writing", "symbols", "observed", "distress"];

function Add({ d, set, error }: { d: Draft; set(c: Partial<Draft>): void; error?: string }) {
  const { rows, say } = useScene(), children = d.family ? childrenOf(rows, d.family, say.today) : [], note = d.kind === "note";
  return (
    <>
      <Field id="words" label={say(note ? "record.note" : "record.add")} hint={say(note ? "record.note.hint" : "record.add.hint")} heading={d.kind !== "seen"} rows={6} value={d.words} set={(words) => set({ words })} error={error} />
      {note && (
        <>
          <Choices name="source" legend={say("record.source")} all={sources.map((s) => ({ value: s, label: say(`source.${s}` as Key) }))} value={d.source} set={(source) => set({ source })} />
          {d.source !== "seen_by_worker" && <Field id="speaker" label={say("record.speaker")} value={d.speaker} set={(speaker) => set({ speaker })} />}
          {d.source !== "seen_by_worker" && <Choices name="verbatim" legend={say("record.verbatim")} all={[{ value: "yes", label: say("record.verbatim.yes") }, { value: "no", label: say("record.verbatim.no") }]} value={d.verbatim ? "yes" : "no"} set={(v) => set({ verbatim: v === "yes" })} />}
          {d.source === "said_by_child" && <Choices name="how" legend={say("record.how")} all={ways.map((w) => ({ value: w, label: say(`told.${w}` as Key) }))} value={d.how} set={(how) => set({ how })} />}
          {children.length > 0 && <Choices name="about" legend={say("record.about")} several all={children.map((c) => ({ value: c.id, label: nameOf(c, say, children) }))} value={d.children} set={(child, yes) => set({ children: yes ? [...d.children, child] : d.children.filter((c) => c !== child) })} />}
          <Choices name="shared" legend={say("record.shared")} all={[{ value: "yes", label: say("record.shared.yes") }, { value: "no", label: say("record.shared.no") }]} value={d.shared ? "yes" : "no"} set={(v) => set({ shared: v === "yes" })} />
        </>
      )}
    </>
  );
}

/** Saved on this phone: amber, not green, and what it means by this phone's count. */
export function SavedPage({ id }: { id: string }) {
  const { say, rows, phone } = useScene(), d = phone.saved;
  if (!d || d.id !== id) return <><h1>{say("record.gone")}</h1><To to={{ page: "today" }} class="btn">{say("done")}</To></>;
  const unsent = rows.pending.some((p) => p.record === id || (p.state === "unsent" && p.set.case === d.family));
  const refused = rows.pending.find((p) => p.record === id && p.state === "refused") ?? rows.refusals.find((r) => r.record === id);
  const event = rows.table("pathway_events").of(d.family).find((e) => e.id === id || e.arises_from.endsWith("/" + id)), reasons = Array.isArray(event?.reasons) ? (event.reasons as { text: string }[]) : [];
  const steps = openSteps(rows, say, d.family).filter((s) => s.kind === "overdue" || s.kind === "today");
  return (
    <>
      {refused ? <Told kind="stop" alert title={say("title.refused")}><p>{say("saved.refused")} <To to={{ page: "stuck" }}>{say("saved.see")}</To></p></Told>
        : unsent ? <Told kind="wait" title={say("saved.unsent")}><p>{say("saved.unsent.text")}</p></Told>
        : <Told kind="good" title={say("saved.sent")}><p>{say("saved.sent.text")}</p></Told>}
      <p><strong>{rows.table("cases").get(d.family)?.family_name}</strong>: {d.kind === "act" ? actTitle(rows, d) : d.kind && d.kind !== "form" && say(`kind.${d.kind}`)}, {say.moment(d.at)}.{d.answer && <> {say(`answer.${d.answer}` as Key)}.</>}</p>
      <h2>{say("saved.means")}</h2>
      {unsent && <p><Tag kind="today">{say("tag.provisional")}</Tag> {say("saved.provisional")}</p>}
      {event?.verdict === "attempted" && <div class="wait" role="status"><h3>{say("saved.attempted")}</h3>{reasons.map((r) => <p key={r.text}>{r.text}</p>)}</div>}
      <p>{steps.length > 0 ? <Words of="saved.steps" with={{ n: steps.length, first: steps[0].title }} /> : say("saved.no_steps")}</p>
      <p class="small soft">{say("saved.last_word")}</p>
      <h2>{say("saved.more")}</h2>
      <To to={{ page: "record", family: d.family }} class="btn sec">{say("saved.another")}</To>
      <To to={{ page: "family", family: d.family }} class="btn sec">{say("saved.family")}</To>
      <To to={{ page: "today" }} class="btn">{say("done")}</To>
      {d.kind !== "note" && d.kind !== "seen" && d.kind !== "act" && <Wrong id={id} />}
      {d.kind === "act" && event && !unsent && event.verdict !== "attempted" && <Begin form="event.withdraw" of={{ family: d.family, pathway: d.pathway, about: event.id }} plain />}
    </>
  );
}

/** People do this in a street of three cases. */
function Wrong({ id }: { id: string }) {
  const { say, phone, rows, go } = useScene(), attempt = rows.table("contact_attempts").get(id), gone = rows.table("attempt_withdrawals").all.some((w) => w.attempt === id);
  if (!attempt) return null;
  if (gone) return <p role="status"><strong>{say("saved.withdrawn")}</strong></p>;
  return (
    <Fold title={say("saved.wrong")}><p>{say("saved.wrong.text")}</p>
      <Button kind="sec" press={async () => { await phone.write([{ op: "create", collection: "attempt_withdrawals", set: { case: attempt.case, attempt: id, because: say("saved.wrong.because") } }]); go({ page: "record" }); }}>{say("saved.wrong.yes")}</Button>
    </Fold>
  );
}
