// Covering parts of a picture on a copy, by hand or by numbers. The original stays as it is.
import { useEffect, useRef, useState } from "preact/hooks";
import { dayIn, instant } from "../day.ts";
import { referenceOf } from "../today.ts";
import { Back, Button, Problems, Ref, To, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { between, covered, pixels, slip, type Part } from "./cover.ts";
import { kindsFor, newEvidence, type EvidenceDraft } from "./draft.ts";

export const canBeCovered = (mime: string): boolean => /^image\/(jpeg|png|webp)$/.test(mime);

const sides = ["x", "y", "w", "h"] as const;

export function RedactPage({ id }: { id: string }) {
  const { phone, rows, say, go } = useScene(), d = phone.files?.drafts.find((x) => x.id === id), e = rows.table("evidence").get(id);
  const [picture, hold] = useState<ImageBitmap>(), [parts, cover] = useState<Part[]>([]), [wrong, tell] = useState(""), [problems, mark] = useState<{ field: string; text: string }[]>([]);
  const put = (all: Part[]) => { cover(all); mark([]); };
  const canvas = useRef<HTMLCanvasElement>(null), from = useRef<{ x: number; y: number } | undefined>(undefined), [now, draw] = useState<Part>();
  useEffect(() => {
    let live = true, whole: ImageBitmap | undefined;
    void (async () => {
      const bytes = await phone.files!.original(id);
      if (!(bytes instanceof Blob)) return live && tell(bytes || say("evidence.no_signal"));
      whole = await createImageBitmap(bytes).catch(() => undefined);
      if (live) whole ? hold(whole) : tell(say("redact.no"));
      else whole?.close();
    })();
    return () => ((live = false), whole?.close());
  }, [id]);
  useEffect(() => {
    const c = canvas.current;
    if (!c || !picture) return;
    const scale = Math.min(1, 1200 / Math.max(picture.width, picture.height)), g = c.getContext("2d")!;
    c.width = Math.max(1, Math.round(picture.width * scale));
    c.height = Math.max(1, Math.round(picture.height * scale));
    g.drawImage(picture, 0, 0, c.width, c.height);
    g.fillStyle = "#000";
    for (const p of [...parts, ...(now ? [now] : [])]) g.fillRect(...pixels(p, c.width, c.height));
  }, [picture, parts, now]);
  const family = d?.family ?? e?.case ?? "", back = d ? { page: "attach", evidence: id } as const : { page: "evidence", evidence: id } as const;
  if (!d && !e) return <><Back to={{ page: "today" }} say="back.today" /><h1>{say("attach.gone")}</h1></>;
  const at = (p: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return { x: ((p.clientX - box.left) / box.width) * 100, y: ((p.clientY - box.top) / box.height) * 100 };
  };
  const lift = (p: PointerEvent) => {
    const part = from.current && between(from.current, at(p));
    from.current = undefined;
    draw(undefined);
    if (part && !slip(part)) put([...parts, part]);
  };
  const set = (i: number, side: (typeof sides)[number], text: string) => {
    const n = Math.min(100, Math.max(0, Number(text) || 0));
    put(parts.map((p, j) => (j === i ? { ...p, [side]: n } : p)));
  };
  const save = async () => {
    const all = parts.filter((p) => !slip(p));
    if (all.length === 0 || !picture) return mark([{ field: "cover", text: say("redact.none") }]);
    const when = d ? d.at : instant(e!.captured_at), kind = d?.kind ?? e!.kind, title = d ? d.title.trim() || say(`evidence.kind.${d.kind}` as Key) : e!.title;
    const of = say("redact.of", { title, day: say.day(dayIn(new Date(when).toISOString())), n: all.length });
    const bytes = await covered(picture, all, of), was: Partial<EvidenceDraft> = d ?? { children: e!.children ?? [], basis: e!.basis, basis_from: e!.basis_from, basis_note: e!.basis_note, sensitivity: e!.sensitivity };
    const copy: EvidenceDraft = {
      ...newEvidence(phone.newID(), family, "photo", "image/jpeg", bytes.size, Date.now()), ...was, ...{ id: phone.newID(), way: "photo", mime: "image/jpeg", size: bytes.size, voice: "", note: "", kept: Date.now() },
      kind: kindsFor.photo.includes(kind) ? kind : "document", title: say("redact.title", { title }), of, at: when,
    };
    await phone.files!.take(copy, bytes);
    go({ page: "attach", evidence: copy.id });
  };
  return (
    <div class="narrow">
      <Back to={back} />
      <Problems all={problems} />
      <p class="small"><strong>{rows.table("cases").get(family)?.family_name}</strong> <Ref>{referenceOf(rows, family)}</Ref></p>
      <h1>{say("redact.h1")}</h1>
      <p>{say("redact.what")}</p>
      {wrong && <p class="stop" role="alert">{wrong}</p>}
      {!picture && !wrong && <p role="status">{say("redact.wait")}</p>}
      {picture && (
        <>
          <canvas class="cover" id="cover" tabIndex={-1} role="img" aria-label={say("redact.picture", { n: parts.length })} ref={canvas}
            onPointerDown={(p) => { from.current = at(p); canvas.current!.setPointerCapture(p.pointerId); }} onPointerMove={(p) => from.current && draw(between(from.current, at(p)))} onPointerUp={lift} onPointerCancel={() => { from.current = undefined; draw(undefined); }} />
          <p class="small soft">{say("redact.how")}</p>
          {parts.map((p, i) => (
            <fieldset class="govuk-fieldset" key={i}>
              <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{say("redact.part", { n: i + 1 })}</legend>
              <div class="govuk-date-input">{sides.map((side) => (
                <div class="govuk-date-input__item" key={side}><label class="govuk-label" for={`part-${i}-${side}`}>{say(`redact.${side}`)}</label><input class="govuk-input govuk-input--width-3" id={`part-${i}-${side}`} inputMode="numeric" autocomplete="off" value={String(Math.round(p[side]))} onInput={(x) => set(i, side, x.currentTarget.value)} /></div>
              ))}</div>
              <button class="plain" type="button" onClick={() => put(parts.filter((_, j) => j !== i))}>{say("redact.uncover", { n: i + 1 })}</button>
            </fieldset>
          ))}
          <Button kind="sec" press={() => put([...parts, { x: 35, y: 35, w: 30, h: 30 }])}>{say("redact.add")}</Button>
          <Button press={save}>{say("redact.save")}</Button>
          <p class="small soft">{say("redact.look")}</p>
        </>
      )}
      <p><To to={{ page: "danger", family }} class="lnk">{say("record.danger")}</To></p>
    </div>
  );
}
