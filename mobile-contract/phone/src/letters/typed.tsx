// The boxes of a letter's facts: days in three boxes, lists a line each, concerns with their day.
import type { Field as LetterField } from "../../../ts/src/letter/index.ts";
import { Button, Field, useScene } from "../screen/ui.tsx";
import type { Key } from "../words.ts";
import { concernsOf, type Concern } from "./fact.ts";
import { factWords } from "./stands.tsx";

export function DayBoxes({ id, legend, hint, value, set, error }: { id: string; legend: string; hint?: string; value: string; set(v: string): void; error?: string }) {
  const { say } = useScene(), [d = "", m = "", y = ""] = value.split("/");
  const box = (i: number, key: Key, text: string, width: number) => (
    <div class="govuk-date-input__item"><label class="govuk-label" for={i ? `${id}-${i}` : id}>{say(key)}</label>
      <input class={`govuk-input govuk-input--width-${width}` + (error ? " govuk-input--error" : "")} id={i ? `${id}-${i}` : id} inputMode="numeric" autocomplete="off" value={text}
        onInput={(e) => set([d, m, y].map((p, j) => (j === i ? e.currentTarget.value.replace("/", "") : p)).join("/"))} /></div>
  );
  return (
    <div class={"govuk-form-group" + (error ? " govuk-form-group--error" : "")}>
      <fieldset class="govuk-fieldset" aria-describedby={[hint && id + "-hint", error && id + "-error"].filter(Boolean).join(" ") || undefined}>
        <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{legend}</legend>
        {hint && <div class="govuk-hint" id={id + "-hint"}>{hint}</div>}
        {error && <p class="govuk-error-message" id={id + "-error"}>{error}</p>}
        <div class="govuk-date-input">{box(0, "when.d", d, 2)}{box(1, "when.m", m, 2)}{box(2, "when.y", y, 4)}</div>
      </fieldset>
    </div>
  );
}

export const factID = (name: string): string => "f-" + name.replace(/[._]/g, "-");

export function FactField({ field: f, value, set, error }: { field: LetterField; value: string; set(v: string): void; error?: string }) {
  const { say } = useScene(), id = factID(f.name), label = factWords(say, f.name) + (f.optional ? " " + say("letter.optional") : "");
  const hint = say.has(`fact.${f.name}.hint`) ? say(`fact.${f.name}.hint` as Key) : f.type === "texts" || f.type === "names" ? say("letter.line_each") : undefined;
  if (f.type === "date") return <DayBoxes id={id} legend={label} hint={hint} value={value} set={set} error={error} />;
  if (f.type === "rows") return <Concerns id={id} legend={label} value={value} set={set} error={error} />;
  const long = f.type === "texts" || f.type === "names" || /_text$|reason|purpose|views/.test(f.name);
  return <Field id={id} label={label} hint={hint} value={value} set={set} error={error} rows={long ? 3 : undefined} mode={/phone/.test(f.name) ? "tel" : /email/.test(f.name) ? "email" : undefined} />;
}

function Concerns({ id, legend, value, set, error }: { id: string; legend: string; value: string; set(v: string): void; error?: string }) {
  const { say } = useScene(), all = concernsOf(value).length > 0 ? concernsOf(value) : [{ date: "", what: "" }];
  const put = (i: number, c: Partial<Concern>) => set(JSON.stringify(all.map((x, j) => (i === j ? { ...x, ...c } : x))));
  return (
    <fieldset class="govuk-fieldset" id={id} tabIndex={-1}>
      <legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{legend}</legend>
      {error && <p class="govuk-error-message">{error}</p>}
      {all.map((c, i) => (
        <div class="row-of" key={i}>
          <DayBoxes id={`${id}-d${i}`} legend={say("fact.concern.date", { n: i + 1 })} value={c.date} set={(date) => put(i, { date })} />
          <Field id={`${id}-w${i}`} label={say("fact.concern.what", { n: i + 1 })} rows={2} value={c.what} set={(what) => put(i, { what })} />
        </div>
      ))}
      <Button kind="sec" press={() => set(JSON.stringify([...all, { date: "", what: "" }]))}>{say("fact.concern.more")}</Button>
    </fieldset>
  );
}
