// The page of a form, and what is said once it is saved. Every form has the same.
import { useRef, useState } from "preact/hooks";
import type { Draft } from "../record.ts";
import type { Rows } from "../rows.ts";
import type { Say } from "../words.ts";
import { DraftPage, SavedPage } from "../screen/record.tsx";
import { Back, Button, Choices, Field as Words, Fold, Problems, Tag, To, Told, useScene } from "../screen/ui.tsx";
import { referenceOf } from "../today.ts";
import { forms } from "./all.ts";
import { dayFrom, fieldID, formDraft, instantOf, stamp, unanswered, type Asking, type Field } from "./form.ts";

type Begun = Parameters<typeof formDraft>[2];

export const formTitle = (rows: Rows, d: Draft, say: Say): string => forms[d.act]?.title({ rows, d, say, id: () => "" }) ?? "";

/** Begins a form: a draft from the first tap. */
export function Begin({ form, of, kind = "", say: words, plain }: { form: string; of?: Begun; kind?: "" | "sec" | "red"; say?: string; plain?: boolean }) {
  const { phone, go, rows, say } = useScene();
  const begin = async () => {
    const there = phone.drafts.find((d) => d.kind === "form" && d.act === form && d.family === (of?.family ?? "") && (d.about ?? "") === (of?.about ?? "") && d.pathway === (of?.pathway ?? ""));
    const d = there ?? formDraft(phone.newID(), form, of);
    if (!there) await phone.keepDraft(d);
    go({ page: "draft", draft: d.id });
  };
  return <button class={plain ? "plain" : "btn " + kind} type="button" onClick={() => void begin()}>{words ?? formTitle(rows, formDraft("", form, of), say)}</button>;
}

/** The pages of a draft, whatever it is of. */
export function AnyDraft({ id }: { id: string }) {
  const { phone } = useScene(), [form] = useState(() => phone.drafts.find((d) => d.id === id)?.kind === "form");
  return form ? <FormPage id={id} /> : <DraftPage id={id} />;
}

export function AnySaved({ id }: { id: string }) {
  const { phone } = useScene();
  return phone.saved?.kind === "form" && phone.saved.id === id ? <FormSaved d={phone.saved} /> : <SavedPage id={id} />;
}

/** A form within a page: the same draft as if it had one of its own. */
export function InlineForm({ form, of }: { form: string; of: NonNullable<Begun> }) {
  const { phone } = useScene();
  const [d] = useState(() => phone.drafts.find((x) => x.kind === "form" && x.act === form && x.about === of.about) ?? formDraft(phone.newID(), form, of));
  return <FormOf begun={d} inline />;
}

function FormPage({ id }: { id: string }) {
  const { phone } = useScene();
  return <FormOf begun={phone.drafts.find((x) => x.id === id)} />;
}

function FormOf({ begun, inline }: { begun: Draft | undefined; inline?: boolean }) {
  const { phone, rows, say, go } = useScene(), [d, hold] = useState(begun), [problems, tell] = useState<{ field: string; text: string }[]>([]), [bad, mark] = useState<Record<string, boolean>>({}), saving = useRef(false);
  const form = d && forms[d.act];
  if (!d || !form) return <><Back to={{ page: "record" }} /><h1>{say("record.gone")}</h1></>;
  const a: Asking = { rows, d, say, id: () => phone.newID() }, fields = form.fields(a), blocked = form.blocked?.(a) ?? "", lead = form.lead?.(a) ?? "", home = form.home(a);
  const put = (name: string, v: unknown) => {
    const next = { ...d, data: { ...d.data, [name]: v } };
    hold(next);
    void phone.keepDraft(next);
  };
  const save = async (e: Event) => {
    e.preventDefault();
    const lacking = [...unanswered(a, fields), ...fields.filter((f) => bad[f.name])].filter((f, i, all) => all.indexOf(f) === i);
    const wrong = [...lacking.map((f) => ({ field: fieldID(f), text: say(f.kind === "day" || f.kind === "moment" ? "form.day" : f.choices ? "form.choose" : "form.write", { what: f.label }) })), ...(lacking.length === 0 ? form.wrong?.(a) ?? [] : [])];
    tell(wrong);
    if (wrong.length > 0) return;
    if (saving.current) return; // a second tap is none
    saving.current = true;
    const edits = form.edits(a);
    try {
      await phone.write(edits);
      await phone.dropDraft(d.id);
    } finally {
      saving.current = false;
    }
    phone.saved = { ...d, wrote: edits.map((x) => x.id ?? "").filter(Boolean) };
    go({ page: "saved", draft: d.id });
  };
  const family = rows.table("cases").get(d.family);
  return (
    <form class={inline ? "inset" : "narrow"} onSubmit={(e) => void save(e)} noValidate>
      {!inline && <Back to={home} />}
      <Problems all={problems} />
      {!inline && family && <p class="small"><strong>{family.family_name}</strong> <span class="ref">{referenceOf(rows, d.family)}</span></p>}
      {!inline && <h1>{form.title(a)}</h1>}
      {lead && lead.split("\n").map((p) => <p key={p}>{p}</p>)}
      {blocked
        ? <div class="stop"><p><strong>{say("form.not_yet")}</strong> {blocked}</p></div>
        : <>
            {fields.map((f) => <Ask key={f.name} f={f} value={d.data[f.name]} put={put} error={problems.find((p) => p.field === fieldID(f))?.text} mark={(wrong) => mark((all) => ({ ...all, [f.name]: wrong }))} />)}
            {!inline && <p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p>}
            <Button submit kind={form.red ? "red" : ""}>{form.button?.(a) ?? say("save")}</Button>
          </>}
      {!inline && <p class="small"><To to={{ page: "danger", ...(family ? { family: d.family } : {}) }} class="lnk">{say("record.danger")}</To></p>}
      {!inline && <Fold title={say("record.throw")}><p>{say("record.throw.text")}</p><Button kind="sec" press={async () => { await phone.dropDraft(d.id); go(home); }}>{say("record.throw.yes")}</Button></Fold>}
    </form>
  );
}

function Ask({ f, value, put, error, mark }: { f: Field; value: unknown; put(name: string, v: unknown): void; error?: string; mark(wrong: boolean): void }) {
  const id = "f-" + f.name, words = String(value ?? "");
  if (f.kind === "choice") return <Choices name={id} legend={f.label} hint={f.hint} all={f.choices!} value={words} set={(v) => put(f.name, v)} />;
  if (f.kind === "several") {
    const on = Array.isArray(value) ? (value as string[]) : [];
    return <Choices name={id} legend={f.label} hint={f.hint} several all={f.choices!} value={on} set={(v, yes) => put(f.name, yes ? [...on, v] : on.filter((x) => x !== v))} />;
  }
  if (f.kind === "day" || f.kind === "moment") return <Day f={f} value={words} set={(v) => put(f.name, v)} error={error} mark={mark} />;
  return <Words id={id} label={f.label} hint={f.hint} value={words} set={(v) => put(f.name, v)} error={error} type={f.kind === "email" ? "email" : "text"} mode={f.kind === "number" ? "numeric" : f.kind === "tel" ? "tel" : f.kind === "email" ? "email" : undefined} rows={f.kind === "long" ? 5 : undefined} />;
}

/** A day in boxes of its own, and a time where one is asked for. */
function Day({ f, value, set, error, mark }: { f: Field; value: string; set(v: string): void; error?: string; mark(wrong: boolean): void }) {
  const { say } = useScene(), timed = f.kind === "moment", at = timed && value ? Date.parse(value.replace(" ", "T")) : NaN;
  const day = timed ? (Number.isNaN(at) ? "" : new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London" }).format(at)) : value;
  const [p, hold] = useState({ d: day ? String(Number(day.slice(8, 10))) : "", m: day ? String(Number(day.slice(5, 7))) : "", y: day ? day.slice(0, 4) : say.today.slice(0, 4), t: Number.isNaN(at) ? "" : say.time(at) });
  const type = (k: "d" | "m" | "y" | "t", v: string) => {
    const next = { ...p, [k]: v }, iso = dayFrom(next.d, next.m, next.y), then = timed && iso ? instantOf(iso, next.t) : NaN;
    hold(next);
    const none = next.d.trim() + next.m.trim() + (timed ? next.t.trim() : "") === "";
    const good = timed ? !Number.isNaN(then) : iso !== "";
    mark(!none && !good);
    set(good ? (timed ? stamp(then) : iso) : "");
  };
  const box = (k: "d" | "m" | "y" | "t", width: number) => (
    <div class="govuk-date-input__item"><label class="govuk-label" for={`f-${f.name}-${k}`}>{say(`when.${k}`)}</label>
      <input class={`govuk-input govuk-input--width-${width}` + (error ? " govuk-input--error" : "")} id={`f-${f.name}-${k}`} inputMode={k === "t" ? "text" : "numeric"} autocomplete="off" value={p[k]} onInput={(e) => type(k, e.currentTarget.value)} /></div>
  );
  return (
    <fieldset class="govuk-fieldset" aria-describedby={[f.hint && `f-${f.name}-hint`, error && `f-${f.name}-error`].filter(Boolean).join(" ") || undefined}>
      <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{f.label}</legend>
      {f.hint && <div class="govuk-hint" id={`f-${f.name}-hint`}>{f.hint}</div>}
      {error && <p class="govuk-error-message" id={`f-${f.name}-error`}>{error}</p>}
      <div class="govuk-date-input">{box("d", 2)}{box("m", 2)}{box("y", 4)}{timed && box("t", 4)}</div>
    </fieldset>
  );
}

/** Saved here, sent, or not possible; and the server's verdict where it has one. */
function FormSaved({ d }: { d: Draft }) {
  const { say, rows, phone } = useScene(), form = forms[d.act], a: Asking = { rows, d, say, id: () => phone.newID() };
  const wrote = new Set(d.wrote ?? []), mine = rows.pending.filter((p) => wrote.has(p.record)), refused = mine.some((p) => p.state === "refused") || rows.refusals.some((r) => wrote.has(r.record));
  const unsent = mine.some((p) => p.state !== "refused"), event = [...wrote].map((id) => rows.table("pathway_events").get(id)).find((e) => e !== undefined);
  const reasons = Array.isArray(event?.reasons) ? (event.reasons as { text: string }[]) : [];
  return (
    <div class="narrow">
      {refused ? <Told kind="stop" alert title={say("title.refused")}><p>{say("saved.refused")} <To to={{ page: "stuck" }}>{say("saved.see")}</To></p></Told>
        : unsent ? <Told kind="wait" title={say("saved.unsent")}><p>{say("saved.unsent.text")}</p></Told>
        : event?.verdict === "attempted" ? <Told kind="wait" title={say("saved.attempted")}>{reasons.map((r) => <p key={r.text}>{r.text}</p>)}</Told>
        : <Told kind="good" title={say("saved.sent")}><p>{say("saved.sent.text")}</p></Told>}
      <p>{d.family && <strong>{rows.table("cases").get(d.family)?.family_name}: </strong>}{form.title(a)}.</p>
      {unsent && event && <p><Tag kind="today">{say("tag.provisional")}</Tag> {say("saved.last_word")}</p>}
      {event && !unsent && event.verdict !== "attempted" && reasons.length > 0 && <div class="info">{reasons.map((r) => <p key={r.text}>{r.text}</p>)}</div>}
      {event && !unsent && event.verdict !== "attempted" && event.author === rows.me.id && event.kind !== "event.withdrawn" && <p><Begin form="event.withdraw" of={{ family: d.family, pathway: event.pathway, about: event.id }} plain /></p>}
      <To to={form.home(a)} class="btn">{say("continue")}</To>
      <To to={{ page: "today" }} class="btn sec">{say("form.today")}</To>
    </div>
  );
}
