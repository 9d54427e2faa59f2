// One letter: the paper, how it stands, what became of it, and what can be done with it now.
import { useEffect, useState } from "preact/hooks";
import type { LettersRecord } from "../../../ts/wire.ts";
import { nameOf, workerName } from "../person.ts";
import { referenceOf } from "../today.ts";
import { Back, Button, Fold, Ref, Tag, To, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { Approve, Beside, Countersign } from "./approve.tsx";
import { reopened } from "./draft.ts";
import { byAuthor, rulesOf } from "./held.ts";
import { Paper } from "./paper.tsx";
import { askedAbout, eventsOf, letterState, shownOf, type LetterState, type Shown } from "./standing.ts";
import { Checked, marksOf, StandsBox } from "./stands.tsx";
import { Came, GetPaper, Went } from "./went.tsx";

const kindOf: Record<LetterState, "late" | "today" | "ask" | "ok" | ""> = { unfinished: "late", waiting: "ask", back: "late", ready: "today", approved: "today", gone: "ok", returned: "late", withdrawn: "" };

export function StateTag({ of: l }: { of: LettersRecord }) {
  const { rows, say } = useScene(), { state, provisional } = letterState(rows, l);
  return <><Tag kind={kindOf[state]}>{say(`letter.state.${state}` as Key)}</Tag>{provisional && <> <Tag kind="today">{say("tag.provisional")}</Tag></>}</>;
}

export function LetterPage({ id }: { id: string }) {
  const { rows, say, phone, go } = useScene(), l = rows.table("letters").get(id), [shown, hold] = useState<Shown | undefined>();
  useEffect(() => {
    let live = true;
    if (l) void shownOf(rows, l, say).then((s) => live && hold(s));
    return () => void (live = false);
  }, [rows, l, say.language]);
  if (!l) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("letter.gone")}</h1></>;
  const { state, provisional } = letterState(rows, l), who = rows.table("people").get(l.recipient), refused = rows.refusals.find((r) => r.record === id) ?? rows.pending.find((p) => p.record === id && p.state === "refused");
  const asked = askedAbout(rows, id), answered = eventsOf(rows, id).some((e) => rows.unsent.has(`letter_events/${e.id}`) && ["rejected", "countersigned"].includes(e.kind)) || (l.status === "approved" && rows.unsent.has(`letters/${id}`));
  const deciding = asked && !answered, mine = l.author === rows.me.id, back = eventsOf(rows, id).filter((e) => e.kind === "rejected").at(-1);
  const again = async () => {
    const d = phone.letters.find((x) => x.id === id) ?? (await reopened(rows, l, Date.now()));
    if (!d) return;
    await phone.keepLetter(d);
    go({ page: "write", letter: d.id });
  };
  const stuck = l.status === "draft" && mine && (shown?.stands.some((s) => !s.reason) || state === "back");
  return (
    <>
      <Back to={{ page: "family", family: l.case }} />
      <p class="small"><strong>{rows.table("cases").get(l.case)?.family_name}</strong> <Ref>{referenceOf(rows, l.case)}</Ref></p>
      <h1>{shown?.title ?? say("title.letter")}</h1>
      <p><StateTag of={l} /> {who && say("letter.to", { name: nameOf(who, say) })} {l.author && say("letter.by", { name: workerName(rows, l.author, l.case), day: say.shortDay(l.date.slice(0, 10)) })}</p>
      {refused && <div class="stop"><p><strong>{say("letter.refused")}</strong> <To to={{ page: "stuck" }}>{say("saved.see")}</To></p></div>}
      {provisional && !refused && <div class="wait" role="status"><p><strong>{say("letter.provisional")}</strong> {say("letter.provisional.text")}</p></div>}
      {state === "back" && back && <div class="stop"><p><strong>{say("letter.sent_back", { name: workerName(rows, back.author, l.case) })}</strong></p>{back.note && <p class="text">{back.note}</p>}</div>}
      {!shown ? <p role="status">{say("letter.working")}</p> : (
        <div class="two">
          <div>
            {l.status === "draft" && <StandsBox all={shown.stands} title={say("letter.in_way", { n: shown.stands.length })} />}
            {stuck && <Button press={again}>{say("letter.put_right")}</Button>}
            <h2>{say(state === "gone" || state === "returned" ? "paper.went" : "paper.title")}</h2>
            {shown.document ? <Paper of={shown.document} marks={l.status === "draft" ? marksOf(shown.stands) : {}} stamp={l.status === "draft" ? say("paper.draft") : undefined} hits={l.status === "draft" ? shown.hits : []} /> : <p>{say("paper.none")}</p>}
            {deciding && <Beside family={l.case} />}
          </div>
          <aside class="col" aria-labelledby="next">
            <h2 id="next">{say(deciding ? "letter.decision" : "letter.now")}</h2>
            {deciding && l.status === "draft" && <Approve letter={l} shown={shown} />}
            {deciding && l.status === "approved" && <Countersign letter={l} shown={shown} />}
            {!deciding && <Next letter={l} shown={shown} state={state} mine={mine} again={stuck ? undefined : again} />}
            {l.status === "draft" && <><h2>{say("checked.title")}</h2><Checked of={shown.document} stands={shown.stands} hits={shown.hits.length} most={rulesOf(rows).most_grade} /></>}
            {shown.provisional && l.status === "draft" && <p class="small soft">{say("letter.server_looks")}</p>}
            <h2>{say("letter.became")}</h2>
            <Became letter={l} />
          </aside>
        </div>
      )}
    </>
  );
}

function Next({ letter: l, shown, state, mine, again }: { letter: LettersRecord; shown: Shown; state: LetterState; mine: boolean; again?(): Promise<void> }) {
  const { say, phone } = useScene(), hard = shown.stands.filter((s) => !s.reason).length;
  const withdraw = <Fold title={say("letter.withdraw")}><p>{say("letter.withdraw.text")}</p><Button kind="sec" press={() => phone.write([{ op: "update", collection: "letters", id: l.id, set: { status: "withdrawn" } }])}>{say("letter.withdraw.yes")}</Button></Fold>;
  if (l.status === "draft" && state !== "gone") return (
    <>
      {hard === 0 && mine && byAuthor(shown.pack) && shown.hits.length === 0 ? <Approve letter={l} shown={shown} own /> : <p>{say(mine && (state === "unfinished" || state === "back") ? "letter.next.yours" : (`letter.next.${state}` as Key))}</p>}
      {again && <Button kind="sec" press={again}>{say("letter.put_right")}</Button>}
      {withdraw}
    </>
  );
  if (state === "approved") return <><Went letter={l} shown={shown} /><GetPaper letter={l} shown={shown} />{withdraw}</>;
  if (state === "gone" || state === "returned") return <>{state === "gone" && <p>{say("letter.gone.text")}</p>}<Came letter={l} returned={state === "returned"} /><GetPaper letter={l} shown={shown} copy /></>;
  return <p>{say(`letter.next.${state}` as Key)}</p>;
}

function Became({ letter: l }: { letter: LettersRecord }) {
  const { rows, say } = useScene(), all = eventsOf(rows, l.id);
  if (all.length === 0) return <p>{say("letter.became.none")}</p>;
  return (
    <ul class="chron">
      {all.map((e) => (
        <li key={e.id} class={rows.unsent.has(`letter_events/${e.id}`) ? "prov" : undefined}>
          <span class="d">{say.when(e.occurred_at)}</span> {say(`letter.event.${e.kind}` as Key)}.{" "}
          {e.note && <span class="text">{e.note}</span>} {rows.unsent.has(`letter_events/${e.id}`) && <Tag kind="today">{say("state.unsent")}</Tag>}
          <span class="why">{[workerName(rows, e.author, l.case) || (e.author ? "" : rows.me.name), e.deemed_on && say("letter.deemed", { day: say.day(e.deemed_on.slice(0, 10)) })].filter(Boolean).join(". ")}</span>
        </li>
      ))}
    </ul>
  );
}
