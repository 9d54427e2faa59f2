// What was brought in is described: what it is, whom it shows, and on what it rests.
import { useState } from "preact/hooks";
import { adultsOf, childrenOf, nameOf } from "../person.ts";
import { referenceOf } from "../today.ts";
import { Button, Choices, Field, Fold, Problems, Ref, To, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { bases, kindsFor, lacksOf, rowOf, type EvidenceDraft } from "./draft.ts";
import { mb, Small } from "./parts.tsx";
import { canBeCovered } from "./redact.tsx";
import { Sound } from "./sound.tsx";

export function AttachPage({ id }: { id: string }) {
  const { phone, rows, say, go } = useScene(), kept = phone.files?.drafts.find((x) => x.id === id), [d, hold] = useState(kept), [wrong, tell] = useState<{ field: string; text: string }[]>([]);
  if (!d) return <><To to={{ page: "today" }} class="back">{say("back.today")}</To><h1>{say("attach.gone")}</h1></>;
  const set = (change: Partial<EvidenceDraft>) => {
    const next = { ...d, ...change };
    hold(next);
    void phone.files!.keep(next);
  };
  const children = childrenOf(rows, d.family, say.today), adults = adultsOf(rows, d.family, say.today), everybody = [...adults, ...children];
  const kind = say(`evidence.kind.${d.kind}` as Key), title = `${kind}, ${say.when(new Date(d.at).toISOString())}`; // a day, not "today": it is read for years
  const save = async (e: Event) => {
    e.preventDefault();
    const lacks = lacksOf(d);
    tell(lacks.map((l) => ({ field: l === "basis" ? "basis-0" : l === "from" ? "from-0" : "why-basis", text: say(`attach.missing.${l}`) })));
    if (lacks.length > 0) return;
    await phone.files!.announce(d, rowOf(d, title));
    go({ page: "evidence", evidence: d.id });
  };
  return (
    <form class="narrow" onSubmit={(e) => void save(e)} noValidate>
      <To to={{ page: "family", family: d.family }} class="back">{say("back")}</To>
      <Problems all={wrong} />
      <p class="small"><strong>{rows.table("cases").get(d.family)?.family_name}</strong> <Ref>{referenceOf(rows, d.family)}</Ref> · {say(`attach.way.${d.way}`)} · {say.moment(d.at)} · {mb(d.size)}</p>
      <h1>{say("attach.title")}</h1>
      {d.of && <div class="info"><p><strong>{d.of}</strong></p></div>}
      <Small id={d.id} big text={say("attach.picture")} />
      {d.way === "voice" && <Sound id={d.id} title={say("attach.picture.sound")} />}
      {canBeCovered(d.mime) && !d.of && <p><To to={{ page: "redact", evidence: d.id }} class="lnk">{say("redact.begin")}</To></p>}
      {kindsFor[d.way].length > 1 && <Choices name="kind" legend={say("attach.kind")} all={kindsFor[d.way].map((k) => ({ value: k, label: say(`evidence.kind.${k}` as Key) }))} value={d.kind} set={(k) => set({ kind: k as EvidenceDraft["kind"], voice: "" })} />}
      <Field id="title" label={say("attach.name")} hint={say("attach.name.hint", { title })} value={d.title} set={(t) => set({ title: t })} />
      {children.length > 0 && <Choices name="child" legend={say("attach.children")} several all={children.map((c) => ({ value: c.id, label: nameOf(c, say, children) }))} value={d.children} set={(c, on) => set({ children: on ? [...d.children, c] : d.children.filter((x) => x !== c) })} />}
      {(d.kind === "drawing" || d.kind === "audio") && <Choices name="voice" legend={say("attach.voice")} all={[{ value: "yes", label: say("yes") }, { value: "no", label: say("no") }]} value={d.voice} set={(v) => set({ voice: v as "yes" })} />}
      <Choices name="basis" legend={say("attach.basis")} all={bases.map((b) => ({ value: b, label: say(`attach.basis.${b}`), hint: say(`attach.basis.${b}.hint`) }))} value={d.basis} set={(b) => set({ basis: b as "consent" })} />
      {d.basis === "consent" && <Choices name="from" legend={say("attach.from")} all={everybody.map((p) => ({ value: p.id, label: nameOf(p, say, everybody) }))} value={d.basis_from} set={(p) => set({ basis_from: p })} />}
      {d.basis && d.basis !== "consent" && <Field id="why-basis" label={say("attach.why")} rows={2} value={d.basis_note} set={(t) => set({ basis_note: t })} error={wrong.find((w) => w.field === "why-basis")?.text} />}
      <Field id="note" label={say("attach.note")} rows={3} value={d.note} set={(t) => set({ note: t })} />
      <p class="small soft">{say("attach.kept", { when: say.moment(d.kept) })}</p>
      <Button submit>{say("attach.save")}</Button>
      <Fold title={say("attach.throw")}><p>{say("attach.throw.text")}</p><Button kind="sec" press={async () => { await phone.files!.drop(d.id); go({ page: "family", family: d.family }); }}>{say("attach.throw.yes")}</Button></Fold>
    </form>
  );
}
