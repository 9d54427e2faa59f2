// A deed on a pathway: what is asked about it, in the family's own page's order.
import { actFields, recorded, type ActField } from "../act_fields.ts";
import type { Act } from "../acts.ts";
import { adultsOf, nameOf } from "../person.ts";
import { newDraft, type Draft } from "../record.ts";
import { formDraft } from "../forms/form.ts";
import { begunWith } from "../work/begun.ts";
import { formOf } from "../work/form_of.ts";
import type { Rows } from "../rows.ts";
import { bodyOf } from "../step.ts";
import type { Key } from "../words.ts";
import { Choices, Field, useScene } from "./ui.tsx";

export const actTitle = (rows: Rows, d: Draft): string =>
  bodyOf(rows, rows.table("pathways").get(d.pathway)).events?.find((e) => e.name === d.act)?.title ?? "";

export const fieldID = (act: string, field: string): string => `a-${field}` + (actFields[act]?.find((f) => f.name === field)?.choices ? "-0" : "");

/** Begins a deed: as a draft, as everything that is recorded. */
export function DoIt({ act, family, pathway, plain }: { act: Act; family: string; pathway: string; plain?: boolean }) {
  const { phone, go, rows, say } = useScene();
  const begin = async () => {
    if (formOf[act.name]) {
      const form = formOf[act.name], d = formDraft(phone.newID(), form, { family, pathway, data: { ...begunWith(rows, say, form, family), ...(act.name.includes(":") ? { service: act.name.split(":")[1] } : {}) } });
      await phone.keepDraft(d);
      return go({ page: "draft", draft: d.id });
    }
    const seen = act.name === "child.seen";
    if (recorded.includes(act.name) && !seen) return go({ page: "record", family });
    const d: Draft = { ...newDraft(phone.newID(), family, Date.now()), ...(seen ? { kind: "seen" } : { kind: "act", act: act.name, pathway }) };
    await phone.keepDraft(d);
    go({ page: "draft", draft: d.id });
  };
  return <button class={plain ? "plain" : "btn sec"} type="button" onClick={() => void begin()}>{act.title}</button>;
}

export function ActForm({ d, set, problem }: { d: Draft; set(c: Partial<Draft>): void; problem: { field: string; text: string }[] }) {
  const { rows, say } = useScene(), put = (name: string, v: unknown) => set({ data: { ...d.data, [name]: v } });
  const words = (f: ActField, v: string) => say(`pick.${v}` as Key) || f.name;
  const fields = actFields[d.act] ?? [];
  if (fields.length === 0) return <p>{say("act.nothing")}</p>;
  return (
    <>
      {fields.map((f) => {
        const label = say(`ask.${f.name}` as Key), id = `a-${f.name}`, value = d.data[f.name];
        if (f.kind === "choice") return <Choices key={id} name={id} legend={label} all={f.choices!.map((c) => ({ value: c, label: words(f, c) }))} value={String(value ?? "")} set={(v) => put(f.name, v)} />;
        if (f.kind === "several") {
          const on = Array.isArray(value) ? (value as string[]) : [];
          return <Choices key={id} name={id} legend={label} several all={f.choices!.map((c) => ({ value: c, label: words(f, c) }))} value={on} set={(v, yes) => put(f.name, yes ? [...on, v] : on.filter((x) => x !== v))} />;
        }
        if (f.kind === "flag") return <Choices key={id} name={id} legend={label} all={[{ value: "yes", label: say("yes") }, { value: "no", label: say("no") }]} value={value === true ? "yes" : value === false ? "no" : ""} set={(v) => put(f.name, v === "yes")} />;
        if (f.kind === "adult") {
          const adults = adultsOf(rows, d.family, say.today);
          return adults.length === 0 ? null : <Choices key={id} name={id} legend={label} all={adults.map((a) => ({ value: a.id, label: nameOf(a, say, adults) }))} value={String(value ?? "")} set={(v) => put(f.name, v)} />;
        }
        return <Field key={id} id={id} label={label} rows={f.kind === "long" ? 4 : undefined} value={String(value ?? "")} set={(v) => put(f.name, v)} error={problem.find((p) => p.field === id)?.text} />;
      })}
    </>
  );
}
