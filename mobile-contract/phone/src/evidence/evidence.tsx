// A family's evidence, and one piece of it: how it is kept, who did what with it, and how far
// it has gone.
import { useState } from "preact/hooks";
import type { EvidenceRecord } from "../../../ts/wire.ts";
import { dayIn, instant } from "../day.ts";
import { nameOf, together, workerName } from "../person.ts";
import { referenceOf } from "../today.ts";
import { Back, Button, Fold, Ref, To, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { Going, Kept, mb, Small } from "./parts.tsx";
import { canBeCovered } from "./redact.tsx";
import { mayLie } from "./sending.ts";
import { Sound } from "./sound.tsx";

const shown = 6;

export function EvidenceOf({ family }: { family: string }) {
  const { rows, say, phone } = useScene(), c = rows.table("cases").get(family), begun = (phone.files?.drafts ?? []).filter((d) => d.family === family);
  const all = [...rows.table("evidence").of(family)].sort((a, b) => instant(b.captured_at) - instant(a.captured_at));
  return (
    <>
      <h2>{say("evidence.title")}</h2>
      {begun.map((d) => <section class="fam" key={d.id}><h3><To to={{ page: "attach", evidence: d.id }}>{say("evidence.begun", { what: say(`attach.way.${d.way}`).toLowerCase() })}</To></h3><p class="small soft">{say("attach.kept", { when: say.moment(d.kept) })}</p></section>)}
      {all.length === 0 && begun.length === 0 && <p>{say("evidence.none")}</p>}
      {all.slice(0, shown).map((e) => <Line key={e.id} of={e} />)}
      {all.length > shown && <Fold title={say("chronology.older", { n: all.length - shown })}>{all.slice(shown).map((e) => <Line key={e.id} of={e} />)}</Fold>}
      {c?.status === "open" && <To to={{ page: "capture", family }} class="btn sec">{say("evidence.add")}</To>}
    </>
  );
}

function Line({ of: e }: { of: EvidenceRecord }) {
  const { rows, say } = useScene(), by = workerName(rows, e.author, e.case);
  return (
    <section class="fam with-thumb">
      <div><h3><To to={{ page: "evidence", evidence: e.id }}>{e.title}</To></h3>
        <p><Kept of={e} /> <span class="why">{[say(`evidence.kind.${e.kind}` as Key), e.captured_at && say.day(dayIn(e.captured_at)), by].filter(Boolean).join(". ")}</span></p></div>
      {mayLie(e) && <Small id={e.id} text="" />}
    </section>
  );
}

export function EvidencePage({ id }: { id: string }) {
  const { rows, say, phone } = useScene(), e = rows.table("evidence").get(id), [fresh, got] = useState<Blob>(), [wrong, tell] = useState("");
  if (!e) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("attach.gone")}</h1></>;
  const children = (e.children ?? []).map((c) => rows.table("people").get(c)).filter((p) => p !== undefined), from = rows.table("people").get(e.basis_from), agency = rows.table("agencies").get(e.agency)?.name;
  const steps = rows.table("evidence_events").all.filter((s) => s.evidence === id).sort((a, b) => instant(a.at) - instant(b.at)), refused = rows.refusals.find((r) => r.record === id);
  const see = async () => {
    tell("");
    const a = await phone.files!.preview(id);
    if (a instanceof Blob) got(a);
    else tell(a || say("evidence.no_signal"));
  };
  return (
    <>
      <Back to={{ page: "family", family: e.case }} />
      <p class="small"><strong>{rows.table("cases").get(e.case)?.family_name}</strong> <Ref>{referenceOf(rows, e.case)}</Ref></p>
      <h1>{e.title}</h1>
      <p><Kept of={e} />{e.status === "quarantined" && e.reason && <> {say("evidence.apart")}</>}</p>
      {refused && <div class="stop"><p><strong>{say("evidence.refused")}</strong> <To to={{ page: "stuck" }}>{say("saved.see")}</To></p></div>}
      <div class="two">
        <div>
          {mayLie(e) && <Small id={id} big text={e.title} fresh={fresh} key={fresh ? "fresh" : "kept"} />}
          {e.status === "sealed" && e.preview === "possible" && !fresh && <><Button kind="sec" press={see}>{say("evidence.see")}</Button><p class="small soft">{say("evidence.see.text")}</p></>}
          {wrong && <p class="stop" role="alert">{wrong}</p>}
          {e.kind === "audio" && <Sound id={id} title={e.title} away={e.status === "sealed"} />}
          {canBeCovered(e.mime) && e.kind !== "body_image" && e.status !== "quarantined" && e.status !== "disposed" && rows.table("cases").get(e.case)?.status === "open" && <p><To to={{ page: "redact", evidence: id }} class="lnk">{say("redact.begin")}</To></p>}
          <Going id={id} />
          <h2>{say("evidence.about")}</h2>
          <dl class="rows">
            <div><dt>{say("attach.kind")}</dt><dd>{say(`evidence.kind.${e.kind}` as Key)}, {mb(e.size)}</dd></div>
            <div><dt>{say("evidence.taken")}</dt><dd>{say.when(e.captured_at)}{e.author && <>. {workerName(rows, e.author, e.case)}</>}{agency && <>, {agency}</>}</dd></div>
            {children.length > 0 && <div><dt>{say("attach.children")}</dt><dd>{together(children.map((p) => nameOf(p!, say)), say)}</dd></div>}
            <div><dt>{say("evidence.rests")}</dt><dd>{e.basis ? say(`attach.basis.${e.basis}`) : say("evidence.rests.unknown")}{from && <>: {nameOf(from, say)}</>}{e.basis_on && <>, {say.day(e.basis_on.slice(0, 10))}</>}. {e.basis_note}</dd></div>
            {e.kind === "audio" && <div><dt>{say("sound.words")}</dt><dd class="text">{e.transcript || say("sound.no_words")}</dd></div>}
            {e.note && <div><dt>{say("attach.note")}</dt><dd class="text">{e.note}</dd></div>}
          </dl>
        </div>
        <aside class="col" aria-labelledby="custody">
          <h2 id="custody">{say("custody.title")}</h2>
          {steps.length === 0 && <p>{say("custody.none")}</p>}
          <ul class="chron">{steps.map((s) => <li key={s.id}><span class="d">{say.when(s.at)}</span>{say(`custody.step.${s.kind}` as Key)}{s.name && <span class="why">{s.name}</span>}</li>)}</ul>
        </aside>
      </div>
    </>
  );
}
