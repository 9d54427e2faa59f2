// What evidence is drawn with: a small picture, how far it has gone, how it is kept.
import { useEffect, useState } from "preact/hooks";
import type { EvidenceRecord } from "../../../ts/wire.ts";
import { Button, Tag, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";

/** A picture out of the sealed store; nothing of it is in an address or a cache. */
export function Small({ id, big, text, fresh }: { id: string; big?: boolean; text: string; fresh?: Blob }) {
  const { phone } = useScene(), [src, show] = useState("");
  useEffect(() => {
    let url = "", live = true;
    const draw = (b: Blob | undefined) => live && b && show((url = URL.createObjectURL(b)));
    if (fresh) draw(fresh);
    else void phone.files?.thumb(id).then(draw);
    return () => ((live = false), url && URL.revokeObjectURL(url));
  }, [id, fresh]);
  return src ? <img class={"thumb" + (big ? " big-thumb" : "")} src={src} alt={text} /> : null;
}

export function mb(bytes: number): string {
  return bytes < 100_000 ? Math.max(1, Math.round(bytes / 1000)) + " kB" : (bytes / 1_000_000).toFixed(1) + " MB";
}

/** Where the file itself is: on its way from here, or at the server. */
export function Kept({ of: e }: { of: EvidenceRecord }) {
  const { phone, rows, say } = useScene(), going = phone.files?.sending?.all.get(e.id), unsent = rows.unsent.has(`evidence/${e.id}`);
  if (going && going.state !== "received" && e.status !== "sealed") {
    const word = unsent && going.state === "waiting" ? "going.unsent" : `going.${going.state}`;
    return <><Tag kind={going.state === "kept_apart" || going.state === "refused" ? "late" : "today"}>{say(word as Key)}</Tag>{going.offset > 0 && going.offset < going.size && <> {say("going.so_far", { n: Math.floor((going.offset / going.size) * 100) })}</>}</>;
  }
  return <Tag kind={e.status === "sealed" ? "ok" : e.status === "quarantined" ? "late" : e.status === "disposed" ? "" : "today"}>{say(`custody.${going?.state === "received" && e.status === "announced" ? "scanning" : e.status || "announced"}` as Key)}</Tag>;
}

/** How it goes, and how to stop it: for one file. */
export function Going({ id }: { id: string }) {
  const { phone, say } = useScene(), s = phone.files?.sending, u = s?.all.get(id);
  if (!s || !u || u.state === "received") return null;
  const part = Math.floor((u.offset / u.size) * 100);
  return (
    <section class="going" aria-labelledby="going">
      <h2 id="going">{say("going.title")}</h2>
      <progress max={100} value={part} aria-label={say("going.progress")} />
      <p>{say("going.of", { n: part, size: mb(u.size) })} {say(`going.${u.state}.text` as Key)}</p>
      {(u.state === "waiting" || u.state === "sending" || u.state === "wifi") && <Button kind="sec" press={() => s.pause(id, true)}>{say("going.pause")}</Button>}
      {u.state === "paused" && <Button press={() => s.pause(id, false)}>{say("going.resume")}</Button>}
      {u.state === "wifi" && <Button kind="sec" press={() => s.sendAnyway()}>{say("going.anyway")}</Button>}
      <Wifi />
    </section>
  );
}

export function Wifi() {
  const { phone, say } = useScene(), s = phone.files?.sending;
  if (!s) return null;
  return (
    <div class="govuk-checkboxes"><div class="govuk-checkboxes__item">
      <input class="govuk-checkboxes__input" type="checkbox" id="wifi" checked={s.choices.wifi} onChange={(e) => void s.choose({ wifi: e.currentTarget.checked })} />
      <label class="govuk-label govuk-checkboxes__label" for="wifi">{say("going.only_wifi")}</label>
    </div></div>
  );
}
