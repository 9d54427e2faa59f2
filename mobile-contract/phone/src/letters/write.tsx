// Writing a letter: to whom, what it says, and how the paper will look, with what stands in its
// way. Kept from the first tap; all of it without signal.
import { useEffect, useMemo, useState } from "preact/hooks";
import { Circle } from "../../../ts/src/letter/circle.ts";
import { lifts, needsOf } from "../../../ts/src/letter/need.ts";
import { template, type Template } from "../../../ts/src/letter/index.ts";
import type { LetterTemplatesRecord, PeopleRecord } from "../../../ts/wire.ts";
import { contactsOf } from "../family.ts";
import { adultsOf, nameOf } from "../person.ts";
import { referenceOf } from "../today.ts";
import { Back, Button, Choices, Field, Fold, Problems, Ref, Tag, To, useScene, type Choice } from "../screen/ui.tsx";
import type { Key, Say } from "../words.ts";
import { approval, compose, letterEdits, tryKey, type Composed, type LetterDraft } from "./draft.ts";
import { dayFrom, factsOf, knownFacts } from "./fact.ts";
import { byAuthor, heldOf, packOf, rulesOf } from "./held.ts";
import { kindsOf, triesAt, wordingFor, type LetterKind } from "./kind.ts";
import { Paper } from "./paper.tsx";
import { Checked, factWords, marksOf, StandsBox, standsOf } from "./stands.tsx";
import { DayBoxes, factID, FactField } from "./typed.tsx";

/** The letter as it stands, worked out anew whenever the draft or the rows change. */
export function useComposed(d: LetterDraft | undefined): Composed | undefined {
  const { rows } = useScene(), [made, hold] = useState<Composed | undefined>();
  useEffect(() => {
    let live = true;
    if (d) void compose(rows, d, Date.now()).then((c) => live && hold(c));
    return () => void (live = false);
  }, [d, rows]);
  return made;
}

export const languageWords = (w: LetterTemplatesRecord, say: Say): string => (say.has(`wording.${w.language}.${w.variant}`) ? say(`wording.${w.language}.${w.variant}` as Key) : w.title);

export function WritePage({ id }: { id: string }) {
  const { phone, rows, say, go } = useScene(), kept = phone.letters.find((x) => x.id === id);
  const [d, hold] = useState(kept), [page, turn] = useState(kept?.recipient ? "fill" : "who"), [problem, tell] = useState<{ field: string; text: string }[]>([]);
  const made = useComposed(d), kind = useKind(d);
  if (!d) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("letter.gone")}</h1></>;
  const set = (change: Partial<LetterDraft>) => {
    const next = { ...d, ...change };
    hold(next);
    void phone.keepLetter(next);
  };
  const family = rows.table("cases").get(d.family);
  const to = (where: string) => (tell([]), turn(where), scrollTo(0, 0), document.getElementById("main")?.focus({ preventScroll: true }));
  const on = (e: Event) => {
    e.preventDefault();
    if (page === "who") {
      if (!d.recipient) return tell([{ field: "who-0", text: say("letter.choose_who") }]);
      return to("fill");
    }
    const at = (p: { field: string }) => (made ? factsOf(made.template).findIndex((f) => f.name === p.field.replace(/\[.*$/, "")) : -1);
    const open = (made?.draft.problems ?? []).filter((p) => at(p) >= 0).sort((a, b) => at(a) - at(b));
    if (open.length > 0) return tell(open.map((p) => ({ field: factID(p.field.replace(/\[.*$/, "")), text: say(p.code === "unresolved" ? "letter.write_field" : p.code === "bad_date" ? "letter.bad_date" : p.code === "bad_time" ? "letter.bad_time" : "letter.bad_field", { what: factWords(say, p.field) }) })));
    to("look");
  };
  return (
    <form class={page === "look" ? undefined : "narrow"} onSubmit={on} noValidate>
      {page === "who" ? <Back to={{ page: "family", family: d.family }} /> : <button class="back plain" type="button" onClick={() => to(page === "look" ? "fill" : "who")}>{say("back")}</button>}
      <Problems all={problem} />
      <p class="small"><strong>{family?.family_name}</strong> <Ref>{referenceOf(rows, d.family)}</Ref> · {kind?.title}</p>
      {page === "who" && kind && <Who d={d} set={set} pick={(recipient) => {
        const person = rows.table("people").get(recipient), wording = wordingFor(kind, person);
        const facts = { ...knownFacts(rows, d.family, factsOf(templateOf(wording))), ...d.facts };
        set({ recipient, joint: "", template: wording.id, delivery: deliveriesFor(rows.table("people").get(recipient))[0], facts });
      }} />}
      {page === "fill" && <Fill d={d} set={set} made={made} problem={problem} />}
      {page === "look" && <Look d={d} set={set} made={made} fill={() => to("fill")} who={() => to("who")} />}
      {page !== "look" && <p class="small soft">{say("record.kept", { when: say.moment(d.kept) })}</p>}
      {page !== "look" && <Button submit>{say(page === "fill" ? "letter.look" : "continue")}</Button>}
      <p class="small"><To to={{ page: "danger", family: d.family }} class="lnk">{say("record.danger")}</To></p>
      <Fold title={say("record.throw")}><p>{say(d.there ? "letter.throw.there" : "record.throw.text")}</p><Button kind="sec" press={async () => { await phone.dropLetter(d.id); go({ page: "family", family: d.family }); }}>{say("record.throw.yes")}</Button></Fold>
    </form>
  );
}

/** The kind of letter that it is, looked at once for what is typed letter by letter. */
function useKind(d: LetterDraft | undefined): LetterKind | undefined {
  const { rows, say } = useScene();
  return useMemo(() => d && kindsOf(rows, d.family, say).find((k) => k.key === d.key), [rows, d?.family, d?.key, say.today]);
}

const templateOf = (w: LetterTemplatesRecord): Template => template(packOf(w) as never);

/** How somebody can be written to, the way that is there first. */
function deliveriesFor(p: PeopleRecord | undefined): ("post" | "by_hand" | "by_email")[] {
  const all = p ? contactsOf(p) : [], post = all.some((c) => c.kind === "address" && c.current && c.safe_post), mail = all.some((c) => c.kind === "email" && c.current && (c as { safe_email?: boolean }).safe_email);
  return [...(post ? (["post"] as const) : []), "by_hand" as const, ...(mail ? (["by_email"] as const) : []), ...(post ? [] : (["post"] as const))];
}

function Who({ d, set, pick }: { d: LetterDraft; set(c: Partial<LetterDraft>): void; pick(id: string): void }) {
  const { rows, say } = useScene(), adults = adultsOf(rows, d.family, say.today), kind = useKind(d)!, needs = kind.pack.needs_missed;
  const person = rows.table("people").get(d.recipient), circle = d.recipient ? new Circle({ case: d.family, recipient: d.recipient }, heldOf(rows, d.family), say.now) : undefined;
  const hint = (a: (typeof adults)[number]): string | undefined => (needs && triesAt(rows, d.family, a, kind.pack, say.now) === 0 ? say("letter.who.no_try") : a.language && a.language !== "English" ? say("contact.language", { language: a.language }) : undefined);
  const others = adults.filter((a) => a.id !== d.recipient && circle && circle.related(d.recipient, a.id).length > 0), apart = others.filter((a) => circle!.apart(a as never).length > 0);
  const wordings = kind.wordings, together: Choice[] = [{ value: "", label: say("letter.alone") }, ...others.filter((a) => !apart.includes(a)).map((a) => ({ value: a.id, label: say("letter.with", { name: nameOf(a, say, adults) }) }))];
  return (
    <>
      <Choices name="who" legend={say("letter.who")} heading all={adults.map((a) => ({ value: a.id, label: nameOf(a, say, adults), hint: hint(a) }))} value={d.recipient} set={pick} />
      {person && apart.length > 0 && <div class="wait"><p><strong>{say("letter.apart", { name: nameOf(person, say), other: nameOf(apart[0], say) })}</strong></p></div>}
      {person && together.length > 1 && <Choices name="joint" legend={say("letter.together")} all={together} value={d.joint} set={(joint) => set({ joint })} />}
      {person && <Choices name="way" legend={say("letter.way")} all={deliveriesFor(person).map((w) => ({ value: w, label: say(`letter.way.${w}`), hint: w === "post" && !deliveriesFor(person).slice(0, 1).includes("post") ? say("letter.way.post.no") : undefined }))} value={d.delivery} set={(w) => set({ delivery: w as "post" })} />}
      {person && wordings.length > 1 && <Choices name="wording" legend={say("letter.wording")} all={wordings.map((w) => ({ value: w.id, label: languageWords(w, say) }))} value={d.template} set={(template) => set({ template })} />}
    </>
  );
}

function Fill({ d, set, made, problem }: { d: LetterDraft; set(c: Partial<LetterDraft>): void; made?: Composed; problem: { field: string; text: string }[] }) {
  const { rows, say } = useScene(), wording = rows.table("letter_templates").get(d.template);
  if (!wording) return <p>{say("stands.not_published")}</p>;
  const fields = factsOf(templateOf(wording)), tries = made?.tries ?? [];
  return (
    <>
      <h1>{say("letter.fill")}</h1>
      {(packOf(wording).must_say ?? []).length > 0 && <Fold title={say("letter.must")}><ul>{packOf(wording).must_say!.map((m) => <li key={m}>{m}</li>)}</ul><p><strong>{say("letter.must_not")}</strong></p><ul>{(packOf(wording).must_not_say ?? []).map((m) => <li key={m}>{m}</li>)}</ul></Fold>}
      {tries.length > 0 && (
        <Choices name="tries" legend={say("letter.tries")} hint={say("letter.tries.hint")} several all={tries.map((t) => ({ value: tryKey(t), label: typeof t === "string" ? t : `${say.day(t.date)}, ${say.time(Date.parse(`2026-01-01T${t.time}:00Z`))}: ${t.kind}, ${t.place}` }))}
          value={tries.map(tryKey).filter((k) => !d.left.includes(k))} set={(k, yes) => set({ left: yes ? d.left.filter((x) => x !== k) : [...d.left, k] })} />
      )}
      {fields.map((f) => <FactField key={f.name} field={f} value={d.facts[f.name] ?? ""} set={(v) => set({ facts: { ...d.facts, [f.name]: v } })} error={problem.find((p) => p.field === factID(f.name))?.text} />)}
      <Fold title={say("letter.itself")}><p>{say("letter.itself.text")}</p></Fold>
    </>
  );
}

function Look({ d, set, made, fill, who }: { d: LetterDraft; set(c: Partial<LetterDraft>): void; made?: Composed; fill(): void; who(): void }) {
  const { rows, say, phone, go } = useScene();
  if (!made) return <p role="status">{say("letter.working")}</p>;
  const stands = standsOf(rows, say, made, d), hard = stands.filter((s) => !s.reason), reasons = stands.filter((s) => s.reason), own = byAuthor(made.pack) && made.hits.length === 0 && reasons.length === 0;
  const recipient = rows.table("people").get(d.recipient), apart = stands.some((s) => s.code === "stands_between" || s.code === "two_addresses") && d.joint;
  const save = async (approved: boolean) => {
    const edits = letterEdits(rows, d, made);
    await phone.write(approved ? [...edits, approval(d.id, made.hash, made.wording.hash)] : edits, false);
    await phone.dropLetter(d.id);
    go({ page: "letter", letter: d.id });
  };
  return (
    <>
      <h1>{say(hard.length > 0 ? "letter.stands" : "letter.ready")}</h1>
      <div class="two">
        <div>
          <StandsBox all={stands} title={say("letter.in_way", { n: stands.length })} />
          {apart && recipient && <Button press={() => set({ joint: "" })}>{say("letter.make_alone", { name: nameOf(recipient, say) })}</Button>}
          {(d.explained.length > 0 || stands.some((s) => s.code === "language_need" || s.code === "format_need")) && <Explain d={d} set={set} language={made.template.language} />}
          {stands.some((s) => s.field === "merge") && <Button kind="sec" press={fill}>{say("letter.change")}</Button>}
          {stands.some((s) => s.field === "recipient") && <Button kind="sec" press={who}>{say("letter.change_who")}</Button>}
          <h2>{say("paper.title")}</h2>
          {stands.length > 0 && <p class="small soft">{say("paper.marks")}</p>}
          {made.draft.document ? <Paper of={made.draft.document} marks={marksOf(stands)} hits={made.hits} /> : <p>{say("paper.none")}</p>}
        </div>
        <aside class="col" aria-labelledby="checked">
          <h2 id="checked">{say("checked.title")}</h2>
          <Checked of={made.draft.document} stands={stands} hits={made.hits.length} most={rulesOf(rows).most_grade} />
          {made.hits.length > 0 && <p class="small">{say("letter.words_in", { words: [...new Set(made.hits.map((h) => h.found))].join(", ") })}</p>}
          <p class="small soft"><Tag kind="today">{say("tag.provisional")}</Tag> {say("letter.server_looks")}</p>
          <h2>{say("letter.then")}</h2>
          {hard.length === 0
            ? own
              ? <><p>{say("letter.own")}</p><Button press={() => save(true)}>{say("letter.approve_own")}</Button><Button kind="sec" press={() => save(false)}>{say("letter.save_draft")}</Button></>
              : <><p>{say("letter.not_own")}</p><Button press={() => save(false)}>{say("letter.send")}</Button></>
            : <><p>{say("letter.save_anyway")}</p><Button kind="sec" press={() => save(false)}>{say("letter.save_draft")}</Button></>}
        </aside>
      </div>
    </>
  );
}

/** How a letter that somebody cannot read is brought home to them. */
function Explain({ d, set, language }: { d: LetterDraft; set(c: Partial<LetterDraft>): void; language: string }) {
  const { rows, say } = useScene(), needs = [d.recipient, d.joint].map((id) => rows.table("people").get(id)).flatMap((p) => {
    const { forms, into } = p ? needsOf(p as never, language) : { forms: [], into: "" };
    return [...(into ? ["interpreter"] : []), ...forms];
  });
  const ways = [...new Set([...needs.flatMap((n) => lifts[n] ?? []), ...d.explained])];
  return (
    <div class="change">
      <Choices name="explained" legend={say("letter.explained")} several all={ways.map((w) => ({ value: w, label: say(`explained.${w}` as Key) }))} value={d.explained} set={(w, yes) => set({ explained: yes ? [...d.explained, w] : d.explained.filter((x) => x !== w) })} />
      <DayBoxes id="explained-on" legend={say("letter.explained_on")} value={d.explained_on} set={(explained_on) => set({ explained_on })} error={d.explained_on.replace(/\//g, "") && !/^\d{4}/.test(dayFrom(d.explained_on)) ? say("letter.bad_date", { what: say("letter.explained_on") }) : undefined} />
      <Field id="explained-by" label={say("letter.explained_by")} value={d.explained_by} set={(explained_by) => set({ explained_by })} />
    </div>
  );
}
