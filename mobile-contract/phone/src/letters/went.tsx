// How a letter went, and what came of it: "posted" is not "received". The paper itself comes
// from the server, which asks again whether anything has come between.
import { useState } from "preact/hooks";
import type { LettersRecord } from "../../../ts/wire.ts";
import { When } from "../screen/record.tsx";
import { Button, Choices, Field, Fold, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { stamp } from "./approve.tsx";
import { waysOf, type Shown } from "./standing.ts";

export function Went({ letter: l, shown }: { letter: LettersRecord; shown: Shown }) {
  const { say, phone } = useScene(), ways = waysOf(l.delivery), [way, choose] = useState(ways[0]), [postage, stamped] = useState("first"), [tracking, track] = useState(""), [at, when] = useState(Date.now());
  const gone = () => phone.write([{
    op: "create", collection: "letter_events", set: {
      case: l.case, letter: l.id, kind: way, occurred_at: stamp(at), seen_content_hash: shown.hash, ...(way === "posted" ? { postage, ...(postage === "signed_for" && tracking.trim() ? { tracking: tracking.trim() } : {}) } : {}),
    },
  }]);
  return (
    <>
      <p>{say("went.text")}</p>
      {ways.length > 1 ? <Choices name="went" legend={say("went.how")} all={ways.map((w) => ({ value: w, label: say(`went.${w}` as Key) }))} value={way} set={choose} /> : <p><strong>{say(`went.${way}` as Key)}</strong></p>}
      {way === "posted" && <Choices name="postage" legend={say("went.postage")} all={["first", "second", "signed_for"].map((p) => ({ value: p, label: say(`went.postage.${p}` as Key) }))} value={postage} set={stamped} />}
      {way === "posted" && postage === "signed_for" && <Field id="tracking" label={say("went.tracking")} value={tracking} set={track} />}
      <Fold title={say("went.when", { when: say.moment(at) })}><When at={at} set={when} /></Fold>
      <Button press={gone}>{say(`went.save.${way}` as Key)}</Button>
    </>
  );
}

export function Came({ letter: l, returned }: { letter: LettersRecord; returned: boolean }) {
  const { say, phone } = useScene(), [note, write] = useState(""), [at, when] = useState(Date.now()), mailed = l.channel === "emailed";
  const record = async (kind: string) => {
    await phone.write([{ op: "create", collection: "letter_events", set: { case: l.case, letter: l.id, kind, occurred_at: stamp(at), note: note.trim() } }]);
    write("");
  };
  return (
    <Fold title={say("came.title")}>
      <Field id="came-note" label={say("came.note")} rows={3} value={note} set={write} />
      <Fold title={say("went.when", { when: say.moment(at) })}><When at={at} set={when} /></Fold>
      {!returned && <Button kind="sec" press={() => record(mailed ? "bounced" : "returned")}>{say(mailed ? "came.bounced" : "came.returned")}</Button>}
      {!returned && <p class="small soft">{say("came.returned.text")}</p>}
      <Button kind="sec" press={() => record("reply_received")}>{say("came.reply")}</Button>
    </Fold>
  );
}

/** The paper, at a desk and with signal: whatever is on a phone cannot be printed there. */
export function GetPaper({ letter: l, shown, copy }: { letter: LettersRecord; shown: Shown; copy?: boolean }) {
  const { say, phone, rows } = useScene(), [file, got] = useState(""), [wrong, tell] = useState("");
  const sent = !rows.unsent.has(`letters/${l.id}`), desk = matchMedia("(pointer: fine)").matches;
  if (l.delivery === "by_email" && !copy) return null;
  if (!desk) return <p class="small soft">{say("print.phone")}</p>;
  const get = async () => {
    tell("");
    const a = await phone.file(`/api/letters/${l.id}/pdf`);
    if (a instanceof Blob) got((old) => (old && URL.revokeObjectURL(old), URL.createObjectURL(a)));
    else tell(a || say("print.no_signal"));
  };
  return (
    <Fold title={say(copy ? "print.copy" : "print.title")}>
      {sent ? <Button kind="sec" press={get}>{say("print.get")}</Button> : <p>{say("print.unsent")}</p>}
      {wrong && <p class="stop" role="alert">{wrong}</p>}
      {file && <p role="status"><a class="lnk" href={file} download="letter.pdf">{say("print.open")}</a></p>}
      {file && !copy && <Button kind="sec" press={() => phone.write([{ op: "create", collection: "letter_events", set: { case: l.case, letter: l.id, kind: "printed", occurred_at: stamp(), seen_content_hash: shown.hash } }])}>{say("print.printed")}</Button>}
    </Fold>
  );
}
