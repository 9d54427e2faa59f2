// The pieces that every screen is made of.
import { Component, createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { addressOf, type Aliases, type Place } from "../address.ts";
import type { Phone } from "../phone.ts";
import type { Rows } from "../rows.ts";
import { telOf } from "../numbers.ts";
import type { Key, Say, Values } from "../words.ts";

export interface Scene {
  phone: Phone;
  rows: Rows;
  say: Say;
  aliases: Aliases;
  place: Place;
  go(to: Place): void;
}

export const SceneContext = createContext<Scene>(undefined as never);
export const useScene = (): Scene => useContext(SceneContext);

export function To({ to, children, ...rest }: { to: Place; children: ComponentChildren; class?: string; "aria-current"?: "page" }) {
  const { aliases } = useScene();
  return <a href={addressOf(to, aliases)} {...rest}>{children}</a>;
}

export function Back({ to, say = "back" }: { to: Place; say?: Key }) {
  const s = useScene();
  return <To to={to} class="back">{s.say(say)}</To>;
}

export type TagKind = "red" | "late" | "today" | "ask" | "ok" | "";
/** A word in a box: colour never speaks alone. */
export const Tag = ({ kind = "", children }: { kind?: TagKind; children: ComponentChildren }) => <strong class={"tag " + kind}>{children}</strong>;

export const Ref = ({ children }: { children: ComponentChildren }) => <span class="ref">{children}</span>;

export function Ring({ name, number, more, primary, red }: { name: string; number: string; more?: string; primary?: boolean; red?: boolean }) {
  return (
    <a class={"btn call" + (red ? " red" : primary ? "" : " sec")} href={"tel:" + telOf(number)}>
      <span><strong>{name}</strong>{more && <><br />{more}</>}</span> <b>{number}</b>
    </a>
  );
}

export const Tel = ({ number }: { number: string }) => <a href={"tel:" + telOf(number)}>{number}</a>;

export const Fold = ({ title, children, open }: { title: string; children: ComponentChildren; open?: boolean }) => (
  <details open={open}><summary>{title}</summary><div>{children}</div></details>
);

/** Says what happened, and takes the focus. */
export function Told({ kind, title, children, alert }: { kind: "wait" | "good" | "stop" | "info"; title: string; children?: ComponentChildren; alert?: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), [title]);
  return <div class={kind} role={alert ? "alert" : "status"} tabIndex={-1} ref={box} data-focus><h1>{title}</h1>{children}</div>;
}

export interface Choice { value: string; label: string; hint?: string }

/** Radios, or boxes where several may be ticked. Arrows move; Enter goes on. */
export function Choices({ name, legend, hint, all, value, set, several, heading }: {
  name: string; legend: string; hint?: string; all: Choice[]; value: string | string[]; set(value: string, on: boolean): void; several?: boolean; heading?: boolean;
}) {
  const on = (v: string) => (several ? value.includes(v) : value === v), kind = several ? "checkboxes" : "radios";
  return (
    <fieldset class="govuk-fieldset" aria-describedby={hint ? name + "-hint" : undefined}>
      <legend class={"govuk-fieldset__legend" + (heading ? " govuk-fieldset__legend--l" : " govuk-fieldset__legend--m")}>{heading ? <h1 class="govuk-fieldset__heading">{legend}</h1> : legend}</legend>
      {hint && <div class="govuk-hint" id={name + "-hint"}>{hint}</div>}
      <div class={"govuk-" + kind}>
        {all.map((c, i) => (
          <div class={`govuk-${kind}__item`} key={c.value}>
            <input class={`govuk-${kind}__input`} type={several ? "checkbox" : "radio"} id={`${name}-${i}`} name={name} value={c.value} checked={on(c.value)}
              onChange={(e) => set(c.value, e.currentTarget.checked)} aria-describedby={c.hint ? `${name}-${i}-hint` : undefined} />
            <label class={`govuk-label govuk-${kind}__label`} for={`${name}-${i}`}>{c.label}</label>
            {c.hint && <div class={`govuk-hint govuk-${kind}__hint`} id={`${name}-${i}-hint`}>{c.hint}</div>}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

type InputMode = "text" | "numeric" | "email" | "search" | "tel";

export function Field({ id, label, hint, value, set, type = "text", mode, complete = "off", rows, error, heading }: {
  id: string; label: string; hint?: string; value: string; set(v: string): void; type?: "text" | "password" | "email"; mode?: InputMode; complete?: string; rows?: number; error?: string; heading?: boolean;
}) {
  const described = [hint && id + "-hint", error && id + "-error"].filter(Boolean).join(" ") || undefined;
  const common = { id, name: id, value, autocomplete: complete, "aria-describedby": described, "aria-invalid": error ? (true as const) : undefined, spellcheck: false, autocapitalize: type === "text" ? ("sentences" as const) : ("off" as const) };
  return (
    <div class={"govuk-form-group" + (error ? " govuk-form-group--error" : "")}>
      <label class={"govuk-label" + (heading ? " govuk-label--l" : " govuk-label--s")} for={id}>{heading ? <h1 class="govuk-label-wrapper">{label}</h1> : label}</label>
      {hint && <div class="govuk-hint" id={id + "-hint"}>{hint}</div>}
      {error && <p class="govuk-error-message" id={id + "-error"}>{error}</p>}
      {rows
        ? <textarea class="govuk-textarea" rows={rows} {...common} onInput={(e) => set(e.currentTarget.value)} />
        : <input class={"govuk-input" + (error ? " govuk-input--error" : "")} {...({ type } as { type: "text" })} inputMode={mode} {...common} onInput={(e) => set(e.currentTarget.value)} />}
    </div>
  );
}

/** What is wrong, first, with the focus, and a way to each field. */
export function Problems({ all }: { all: { field: string; text: string }[] }) {
  const { say } = useScene(), box = useRef<HTMLDivElement>(null);
  useEffect(() => void (all.length > 0 && box.current?.focus()), [all]);
  if (all.length === 0) return null;
  const to = (e: Event, field: string) => (e.preventDefault(), document.getElementById(field)?.focus());
  return (
    <div class="govuk-error-summary" tabIndex={-1} ref={box} data-focus>
      <div role="alert">
        <h2 class="govuk-error-summary__title">{say("problem.title")}</h2>
        <div class="govuk-error-summary__body"><ul class="govuk-list govuk-error-summary__list">
          {all.map((p) => <li key={p.field}><a href={"#" + p.field} onClick={(e) => to(e, p.field)}>{p.text}</a></li>)}
        </ul></div>
      </div>
    </div>
  );
}

export function Button({ children, kind = "", press, submit }: { children: ComponentChildren; kind?: "" | "sec" | "red"; press?(): unknown; submit?: boolean }) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    if (!press || busy) return;
    setBusy(true);
    try {
      await press();
    } finally {
      setBusy(false);
    }
  };
  return <button class={"btn " + kind} type={submit ? "submit" : "button"} aria-disabled={busy || undefined} onClick={press && (() => void run())}>{children}</button>;
}

/** A sentence of the catalogue with a part in bold: what stands between two asterisks. */
export function Words({ of, with: values }: { of: Key; with?: Values }) {
  const parts = useScene().say(of, values).split("**");
  return <>{parts.map((p, i) => (i % 2 ? <strong key={i}>{p}</strong> : p))}</>;
}

/** A part that cannot be drawn says so, and leaves the others standing. */
export class Guard extends Component<{ children: ComponentChildren; say: Say; page?: boolean }, { fault: unknown }> {
  state = { fault: undefined as unknown };
  static getDerivedStateFromError(fault: unknown) {
    return { fault };
  }
  componentDidCatch(fault: unknown): void {
    console.error(fault instanceof Error ? fault.stack : "a part could not be drawn");
  }
  render() {
    const { say, page, children } = this.props;
    if (this.state.fault === undefined) return children;
    return <div class="stop" role="alert">{page ? <h1>{say("part.title")}</h1> : <p><strong>{say("part.title")}</strong></p>}<p>{say("part.text")}</p>{page && <Ring red name={say("ring.999")} number="999" />}</div>;
  }
}
