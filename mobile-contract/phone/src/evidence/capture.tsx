// Bringing evidence in: the camera and never the phone's own pictures, a file, or a recording.
// The bytes are on the disk, sealed, before anything is asked.
import { useEffect, useRef, useState } from "preact/hooks";
import { referenceOf } from "../today.ts";
import { Back, Button, Ref, To, useScene } from "../screen/ui.tsx";
import { mimeOf, newEvidence, refusal, typesFor, type EvidenceDraft } from "./draft.ts";
import { record, type Recording } from "./voice.ts";

export function CapturePage({ family }: { family: string }) {
  const { rows, say, phone, go } = useScene(), [wrong, tell] = useState(""), [busy, work] = useState(false);
  const bring = async (way: EvidenceDraft["way"], bytes: (Blob & { name?: string }) | undefined) => {
    if (!bytes) return;
    const mime = mimeOf(bytes), no = refusal(rows, way, mime, bytes.size);
    if (no) return tell(say(`capture.no.${no}`));
    tell("");
    work(true);
    try {
      const d = newEvidence(phone.newID(), family, way, mime, bytes.size, Date.now());
      await phone.files!.take(d, bytes);
      go({ page: "attach", evidence: d.id });
    } catch {
      tell(say("capture.no.room"));
    } finally {
      work(false);
    }
  };
  const images = typesFor(rows, "photo").filter((t) => t.startsWith("image/")), desk = matchMedia("(pointer: fine)").matches;
  const files = typesFor(rows, "file").filter((t) => desk || !t.startsWith("image/"));
  return (
    <div class="narrow">
      <Back to={{ page: "family", family }} />
      <p class="small"><strong>{rows.table("cases").get(family)?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref></p>
      <h1>{say("title.capture")}</h1>
      {wrong && <div class="stop" role="alert"><p><strong>{wrong}</strong></p></div>}
      {busy && <p role="status">{say("capture.keeping")}</p>}
      <Pick id="photo" label={say("capture.photo")} hint={say("capture.photo.hint")} accept={images.join(",") || "image/*"} camera take={(f) => void bring("photo", f)} />
      <Pick id="file" label={say("capture.file")} hint={say("capture.file.hint")} accept={[...files, ".docx", ".xlsx", ".odt", ".rtf", ".csv", ".eml", ".msg"].join(",")} take={(f) => void bring("file", f)} />
      <Voice take={(b) => bring("voice", b)} />
      <div class="info small"><p>{say("capture.never")}</p></div>
      <p><To to={{ page: "danger", family }} class="lnk">{say("record.danger")}</To></p>
    </div>
  );
}

/** A button that opens the camera, or the files. `camera` asks for the camera itself: phones then show no roll of pictures. */
function Pick({ id, label, hint, accept, camera, take }: { id: string; label: string; hint: string; accept: string; camera?: boolean; take(f: File | undefined): void }) {
  const more = camera ? { capture: "environment" as const } : {};
  return (
    <div class="pick">
      <input class="hush" type="file" id={id} accept={accept} {...more} aria-describedby={id + "-hint"} onChange={(e) => { const f = e.currentTarget.files?.[0]; e.currentTarget.value = ""; take(f); }} />
      <label class="btn sec" for={id}>{label}</label>
      <p class="small soft" id={id + "-hint"}>{hint}</p>
    </div>
  );
}

function Voice({ take }: { take(b: Blob): Promise<void> }) {
  const { say } = useScene(), [on, hold] = useState<Recording | undefined>(), [since, began] = useState(0), [, tick] = useState(0), [wrong, tell] = useState(false), live = useRef<Recording | undefined>(undefined);
  useEffect(() => () => live.current?.drop(), []);
  useEffect(() => {
    if (!on) return;
    const every = setInterval(() => tick((n) => n + 1), 1_000);
    return () => clearInterval(every);
  }, [on]);
  if (!navigator.mediaDevices || typeof MediaRecorder === "undefined") return null;
  const start = async () => {
    tell(false);
    try {
      hold((live.current = await record()));
      began(Date.now());
    } catch {
      tell(true);
    }
  };
  const stop = async () => {
    const r = on!;
    hold((live.current = undefined));
    await take(await r.stop());
  };
  const seconds = Math.floor((Date.now() - since) / 1000);
  return (
    <div class="pick">
      {wrong && <p class="stop" role="alert">{say("capture.voice.no")}</p>}
      {on
        ? <><p role="timer"><strong>{say("capture.recording", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` })}</strong></p><Button kind="red" press={stop}>{say("capture.stop")}</Button></>
        : <Button kind="sec" press={start}>{say("capture.voice")}</Button>}
      <p class="small soft">{say("capture.voice.hint")}</p>
    </div>
  );
}
