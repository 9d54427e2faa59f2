// Danger now: numbers before anything can be typed, also on a locked phone. The page says what
// it does not do: it rings nobody.
import { useState } from "preact/hooks";
import { areaNumbers } from "../area.ts";
import { dayIn } from "../day.ts";
import { childrenWords, findFamilies, involvedIn } from "../family.ts";
import { managerOn } from "../acts.ts";
import { openRisks, spokenTo, text, toldTag, type Risk } from "../risk.ts";
import { substance } from "../forms/form.ts";
import { isNamed, reachable } from "../../../ts/src/pathway/named.ts";
import { riskEdits } from "../record.ts";
import { workerName } from "../person.ts";
import { referenceOf } from "../today.ts";
import type { Rows } from "../rows.ts";
import { AnswerRisk, RiskPanel } from "./today.tsx";
import { Back, Button, Choices, Field, Fold, Problems, Ref, Ring, To, useScene } from "./ui.tsx";

/** The area's numbers, and the manager's where somebody is signed in. */
export function Numbers({ rows }: { rows?: Rows }) {
  const { say } = useScene();
  const manager = rows && rows.table("users").get(rows.table("users").get(rows.me.id)?.manager ?? "");
  const number = manager && (manager.phone || rows.table("agencies").get(manager.agency)?.phone);
  return (
    <>
      <Ring red name={say("ring.999")} more={say("ring.999.when")} number="999" />
      {areaNumbers().map((n) => <Ring key={n.tel + n.name} primary name={n.name} number={n.number} />)}
      {manager && number && <Ring name={manager.name} more={say("ring.manager")} number={number} />}
    </>
  );
}

export function DangerPage({ family = "" }: { family?: string }) {
  const { say, rows } = useScene(), [writing, write] = useState<"" | "rung" | "nobody">("");
  return (
    <div class="narrow">
      <Back to={family ? { page: "family", family } : { page: "today" }} />
      <h1>{say("title.danger")}</h1>
      <p class="big"><strong>{say("danger.ring_first")}</strong></p>
      <Numbers rows={rows} />
      <p class="small soft">{say("danger.here")}</p>
      {family && involvedIn(rows, family).some((a) => a.phone) && <Fold title={say("danger.others")}>{involvedIn(rows, family).filter((a) => a.phone).map((a) => <Ring key={a.agency} name={a.name} more={a.members.map((m) => m.name).join(", ")} number={a.phone} />)}</Fold>}
      <h2>{say("danger.then")}</h2>
      {writing ? <Raise family={family} reached={writing === "rung"} /> : (
        <>
          <button class="btn sec" type="button" onClick={() => write("rung")}>{say("danger.rung")}</button>
          <button class="btn sec" type="button" onClick={() => write("nobody")}>{say("danger.nobody")}</button>
        </>
      )}
      <p class="small soft">{say("danger.means")}</p>
    </div>
  );
}

/** Nothing is required but the family; nothing can be refused. */
function Raise({ family, reached }: { family: string; reached: boolean }) {
  const { say, rows, phone, go } = useScene(), [whose, pick] = useState(family), [asked, ask] = useState(""), [words, type] = useState(""), [problem, tell] = useState<{ field: string; text: string }[]>([]);
  const raise = async (e: Event) => {
    e.preventDefault();
    if (!whose) return tell([{ field: "whose", text: say("record.choose_family") }]);
    const edits = riskEdits(rows, whose, [words.trim(), say(reached ? "danger.said.rung" : "danger.said.nobody")].filter(Boolean).join(" "), say, () => phone.newID());
    await phone.write(edits, false);
    go({ page: "risk", risk: edits[edits.length - 1].id! });
  };
  return (
    <form onSubmit={(e) => void raise(e)} noValidate>
      <Problems all={problem} />
      {whose ? <p><strong>{rows.table("cases").get(whose)?.family_name}</strong> <Ref>{referenceOf(rows, whose)}</Ref> <button class="plain inline" type="button" onClick={() => pick("")}>{say("change")}</button></p> : (
        <>
          <Field id="whose" label={say("record.whose")} hint={say("find.hint")} value={asked} set={ask} mode="search" />
          <ul class="acts big">{findFamilies(rows, say, asked).slice(0, 6).map((f) => <li key={f.family.id}><button class="plain" type="button" onClick={() => pick(f.family.id)}>{f.family.family_name} <Ref>{f.reference}</Ref><span class="why">{childrenWords(rows, f.family.id, say)}</span></button></li>)}</ul>
        </>
      )}
      <Field id="words" label={say("danger.what")} hint={say("danger.what.hint")} rows={4} value={words} set={type} />
      <Button kind="red" submit>{say("danger.raise")}</Button>
    </form>
  );
}

/** What became of it: told, opened and answered are three different words. */
export function RiskPage({ id }: { id: string }) {
  const { say, rows } = useScene(), risk = openRisks(rows).find((r) => r.id === id), event = rows.table("pathway_events").get(id);
  if (!risk) {
    const end = event?.resolved_by ? rows.table("pathway_events").get(event.resolved_by) : undefined;
    return (
      <div class="narrow">
        <Back to={{ page: "today" }} say="back.today" />
        <h1>{say("risk.over")}</h1>
        {end ? <><p>{say("risk.over.by", { name: workerName(rows, end.author, end.case), day: say.when(end.occurred_at) })}</p><p class="quote">“{text(end.data, "how")}”</p>{text(end.data, "spoken_to") && <p>{say("chronology.spoken_to", { name: text(end.data, "spoken_to") })}</p>}</> : <p>{say("risk.over.unknown")}</p>}
        {event && <To to={{ page: "danger", family: event.case }} class="btn red">{say("risk.again")}</To>}
      </div>
    );
  }
  const alone = risk.state === "unsent" || risk.state === "unheard";
  return (
    <div class="narrow">
      <Back to={{ page: "today" }} say="back.today" />
      {alone ? <Alone risk={risk} /> : <><h1>{say("title.risk")}</h1><RiskPanel risk={risk} here /></>}
      <AnswerRisk risk={risk} />
      {!alone && <><h2>{say("risk.ring")}</h2><Numbers rows={rows} /></>}
      {!risk.off && (managerOn(rows, risk.family) ? <Resolve risk={risk} /> : <><h2>{say("risk.done")}</h2><p>{say("risk.done.text")}</p><To to={{ page: "record", family: risk.family }} class="btn sec">{say("risk.done.write")}</To></>)}
    </div>
  );
}

/** Not sent, or sent and heard by nobody: red, and it stays. */
function Alone({ risk }: { risk: Risk }) {
  const { say, rows, phone } = useScene(), unsent = risk.state === "unsent";
  return (
    <>
      <section class="panel" role="alert" tabIndex={-1} data-focus>
        <h1 class="rh">{say(unsent ? "risk.unsent" : "risk.unheard")}</h1>
        <div><p class="big"><strong>{say(unsent ? "risk.unsent.text" : "risk.unheard.text")}</strong></p></div>
      </section>
      <Numbers rows={rows} />
      {unsent && <><p>{say("risk.unsent.where")}</p><div class="wait"><p><strong>{say("risk.unsent.kept", { time: say.moment(risk.raised) })}</strong> {say("risk.unsent.first")}</p></div><Button kind="sec" press={() => phone.now()}>{say("risk.unsent.try")}</Button></>}
      {!unsent && <WhoKnows risk={risk} />}
      {!unsent && <p class="small soft">{say("risk.unheard.kept", { time: say.moment(risk.raised) })}</p>}
      {risk.words && <p class="quote">“{risk.words}”</p>}
    </>
  );
}

/** It stays red until somebody is named who has heard it. */
function WhoKnows({ risk }: { risk: Risk }) {
  const { say, phone } = useScene(), [name, sayName] = useState(""), [where, sayWhere] = useState(""), [problem, tell] = useState<{ field: string; text: string }[]>([]);
  const keep = async (e: Event) => {
    e.preventDefault();
    if (!name.trim()) return tell([{ field: "who", text: say("risk.who.missing") }]);
    await phone.write([{ op: "create", collection: "notes", set: {
      case: risk.family, body: say("risk.who.note", { name: [name.trim(), where.trim()].filter(Boolean).join(", ") }), source: "seen_by_worker", speaker: "", verbatim: false, shared: true,
      occurred_at: new Date().toISOString().replace("T", " "), children: [], method: "", tags: [toldTag],
    } }]);
  };
  return (
    <form onSubmit={(e) => void keep(e)} noValidate>
      <h2>{say("risk.who")}</h2>
      <p>{say("risk.who.text")}</p>
      <Problems all={problem} />
      <Field id="who" label={say("account.name")} value={name} set={sayName} error={problem[0]?.text} />
      <Field id="where" label={say("risk.who.where")} value={where} set={sayWhere} />
      <Button submit>{say("risk.who.save")}</Button>
    </form>
  );
}

/** Over: what was done, and who was spoken to, in full and so that they can be rung. Nobody guesses them, and the server takes no less (M303, M315). */
function Resolve({ risk }: { risk: Risk }) {
  const { say, phone, rows, go } = useScene(), [how, sayHow] = useState(""), [whom, sayWhom] = useState(""), [contact, sayContact] = useState(""), [problem, tell] = useState<{ field: string; text: string }[]>([]), [sure, be] = useState("");
  const alone = risk.by === rows.me.id || rows.unsent.has(`pathway_events/${risk.id}`), told = spokenTo(whom, contact);
  const end = async (e: Event) => {
    e.preventDefault();
    const wrong = [
      ...(sure ? [] : [{ field: "sure-0", text: say("risk.safe.missing") }]),
      ...(substance(how) ? [] : [{ field: "how", text: say("risk.how.missing") }]),
      ...(isNamed(whom, rows.me.name) ? [] : [{ field: "whom", text: say("risk.whom.missing") }]),
      ...(alone && whom.trim() && !reachable(told) ? [{ field: "contact", text: say("risk.contact.missing") }] : []),
    ];
    tell(wrong);
    if (wrong.length > 0) return;
    const at = new Date().toISOString().replace("T", " ");
    await phone.write([{ op: "create", collection: "pathway_events", set: { case: risk.family, pathway: risk.pathway, kind: "immediate_risk.resolved", occurred_at: at, recorded_at: at, data: { risk: risk.id, how: how.trim(), spoken_to: told } } }]);
    go({ page: "family", family: risk.family });
  };
  if (!rows.table("cases").get(risk.family)) return null;
  const wrong = (field: string) => problem.find((p) => p.field === field)?.text;
  return (
    <Fold title={say("risk.resolve")}>
      <form onSubmit={(e) => void end(e)} noValidate>
        <Problems all={problem} />
        {alone && <p>{say("risk.own")}</p>}
        <Choices name="sure" legend={say("risk.safe")} several all={[{ value: "yes", label: say("risk.safe.yes") }]} value={sure ? ["yes"] : []} set={(_, on) => be(on ? "yes" : "")} />
        <Field id="how" label={say("risk.how")} hint={say("risk.how.hint")} rows={3} value={how} set={sayHow} error={wrong("how")} />
        <Field id="whom" label={say("risk.whom")} hint={say("risk.whom.hint")} value={whom} set={sayWhom} error={wrong("whom")} />
        <Field id="contact" label={say("risk.contact")} hint={say(alone ? "risk.contact.own" : "risk.contact.hint")} value={contact} set={sayContact} error={wrong("contact")} />
        <Button submit>{say("risk.resolve.save")}</Button>
      </form>
      <p class="small soft">{say("risk.raised", { when: say.day(dayIn(new Date(risk.raised).toISOString())) })}</p>
    </Fold>
  );
}
