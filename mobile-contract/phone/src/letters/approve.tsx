// Deciding on a letter: what the last weeks were, what each agency says, and then the button.
import { useState } from "preact/hooks";
import type { LettersRecord } from "../../../ts/wire.ts";
import { chronologyOf } from "../chronology.ts";
import { involvedIn } from "../family.ts";
import { EntryLine } from "../screen/family.tsx";
import { Button, Choices, Field, Fold, Problems, useScene } from "../screen/ui.tsx";
import { approval } from "./draft.ts";
import type { Shown } from "./standing.ts";

const weeks = 8;

/** What a decision stands on: the case's last weeks, and each agency in its own words. */
export function Beside({ family }: { family: string }) {
  const { rows, say } = useScene(), from = say.now - weeks * 7 * 86_400_000;
  const all = chronologyOf(rows, family, say).filter((e) => e.at >= from), agencies = involvedIn(rows, family);
  return (
    <>
      <h2>{say("beside.agencies")}</h2>
      {agencies.map((a) => {
        const last = all.find((e) => e.agency === a.name && e.words);
        return <section class="fam" key={a.agency}><h3>{a.name}</h3>{last ? <ul class="chron"><EntryLine of={last} /></ul> : <p class="soft">{say("beside.nothing", { n: weeks })}</p>}</section>;
      })}
      <h2>{say("beside.weeks", { n: weeks })}</h2>
      {all.length === 0 && <p>{say("beside.none")}</p>}
      <ul class="chron">{all.slice(0, 6).map((e) => <EntryLine key={e.id} of={e} />)}</ul>
      {all.length > 6 && <Fold title={say("chronology.older", { n: all.length - 6 })}><ul class="chron">{all.slice(6).map((e) => <EntryLine key={e.id} of={e} />)}</ul></Fold>}
    </>
  );
}

export function Approve({ letter: l, shown, own }: { letter: LettersRecord; shown: Shown; own?: boolean }) {
  const { say, phone } = useScene(), [seen, tick] = useState<string[]>([]), [reason, because] = useState(""), [wrong, tell] = useState<{ field: string; text: string }[]>([]);
  const hard = shown.stands.filter((s) => !s.reason), reasons = shown.stands.filter((s) => s.reason), words = [...new Set(shown.hits.map((h) => h.entry))];
  const yes = async () => {
    const lacking = [...(words.some((w) => !seen.includes(w)) ? [{ field: "words-0", text: say("approve.words.missing") }] : []), ...(reasons.length > 0 && !reason.trim() ? [{ field: "reason", text: say("approve.reason.missing") }] : [])];
    tell(lacking);
    if (lacking.length > 0) return;
    await phone.write([approval(l.id, shown.hash, shown.wordingHash, { ...(words.length > 0 ? { acknowledged: words } : {}), ...(reason.trim() ? { override_reason: reason.trim() } : {}) })]);
  };
  const must = shown.pack.must_say ?? [], mustNot = shown.pack.must_not_say ?? [];
  return (
    <>
      <Problems all={wrong} />
      {!own && must.length > 0 && <Fold title={say("approve.look")}><ul>{must.map((m) => <li key={m}>{m}</li>)}</ul><p><strong>{say("letter.must_not")}</strong></p><ul>{mustNot.map((m) => <li key={m}>{m}</li>)}</ul></Fold>}
      {words.length > 0 && <Choices name="words" legend={say("approve.words")} hint={say("approve.words.hint")} several all={words.map((w) => ({ value: w, label: shown.hits.find((h) => h.entry === w)!.found }))} value={seen} set={(w, on) => tick(on ? [...seen, w] : seen.filter((x) => x !== w))} />}
      {reasons.length > 0 && <Field id="reason" label={say("approve.reason")} hint={reasons.map((r) => r.text).join(" ")} rows={3} value={reason} set={because} error={wrong.find((w) => w.field === "reason")?.text} />}
      {hard.length > 0 ? <p><strong>{say("approve.not_possible")}</strong></p> : shown.document && <Button press={yes}>{say(own ? "letter.approve_own" : "approve.yes")}</Button>}
      {!own && <p class="small soft">{say("approve.counts")}</p>}
      {!own && <SendBack letter={l} shown={shown} />}
    </>
  );
}

function SendBack({ letter: l, shown }: { letter: LettersRecord; shown: Shown }) {
  const { say, phone } = useScene(), [note, write] = useState(""), [wrong, tell] = useState<{ field: string; text: string }[]>([]);
  const back = async () => {
    if (!note.trim()) return tell([{ field: "why-back", text: say("approve.back.missing") }]);
    await phone.write([{ op: "create", collection: "letter_events", set: { case: l.case, letter: l.id, kind: "rejected", occurred_at: stamp(), note: note.trim(), ...(shown.hash && !shown.provisional ? { seen_content_hash: shown.hash } : {}) } }]);
  };
  return (
    <Fold title={say("approve.back")} open={wrong.length > 0}>
      <Problems all={wrong} />
      <Field id="why-back" label={say("approve.back.why")} hint={say("approve.back.hint")} rows={3} value={note} set={write} error={wrong[0]?.text} />
      <Button kind="sec" press={back}>{say("approve.back.yes")}</Button>
    </Fold>
  );
}

/** A pathway may want a manager's name beside an author's approval. */
export function Countersign({ letter: l, shown }: { letter: LettersRecord; shown: Shown }) {
  const { say, phone } = useScene();
  return (
    <>
      <p>{say("approve.countersign.text")}</p>
      <Button press={() => phone.write([{ op: "create", collection: "letter_events", set: { case: l.case, letter: l.id, kind: "countersigned", occurred_at: stamp(), seen_content_hash: shown.hash } }])}>{say("approve.countersign")}</Button>
    </>
  );
}

export const stamp = (at = Date.now()): string => new Date(at).toISOString().replace("T", " ");
