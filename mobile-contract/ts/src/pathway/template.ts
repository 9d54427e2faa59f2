// A template made quick to run: each row of its table is found without a search.
import { afterDot, words } from "./event.ts";
import type { Reason, State, StepRule, Template, Transition, Trigger } from "./types.ts";

export interface Index {
  state: Map<string, number>;
  begins: number;
  act: Map<string, number>;
  /** kind → acts, in order */
  acts: Map<string, number[]>;
  /** state, act → transitions, in order */
  rows: number[][][];
  timer: Map<string, number>;
  step: Map<string, number>;
  starts: number[][];
  renews: number[][];
  creates: number[][];
  does: number[][];
  enters: number[][];
  brings: number[][];
  stepsOf: number[][];
  onlyIn: ((state: number) => boolean)[];
  /** act → where it is in place, for when it is not */
  placed: Reason[];
}

const memo = new WeakMap<Template, Index>();

export function indexOf(t: Template): Index {
  const there = memo.get(t);
  if (there) return there;
  const x = build(t);
  memo.set(t, x);
  return x;
}

export const kindOf = (act: string): string => act.split(":")[0];

function build(t: Template): Index {
  const none = <T>(n: ArrayLike<T>): number[][] => Array.from({ length: n.length }, () => []);
  const x: Index = {
    state: new Map(t.states.map((s, i) => [s.key, i])), begins: t.states.findIndex((s) => s.begins), act: new Map(t.events.map((a, i) => [a.name, i])), acts: new Map(),
    rows: t.states.map(() => none(t.events)), timer: new Map(t.timers.map((k, i) => [k.code, i])), step: new Map(t.steps.map((s, i) => [s.code, i])),
    starts: none(t.events), renews: none(t.events), creates: none(t.events), does: none(t.events), enters: none(t.states), brings: none(t.states), stepsOf: none(t.timers), onlyIn: [], placed: [],
  };
  t.events.forEach((a, i) => (x.acts.get(kindOf(a.name)) ?? x.acts.set(kindOf(a.name), []).get(kindOf(a.name))!).push(i));
  t.transitions.forEach((tr, i) => t.states.forEach((s, at) => void (from(tr, s) && x.rows[at][x.act.get(tr.on)!].push(i))));
  const trigger = (tr: Trigger, i: number, byAct: number[][], byState?: number[][]) => {
    t.events.forEach((a, n) => void (tr.on?.some((on) => on === a.name || on === kindOf(a.name)) && byAct[n].push(i)));
    if (byState) for (const key of tr.states ?? []) byState[x.state.get(key)!].push(i);
  };
  t.timers.forEach((k, i) => {
    trigger(k.starts, i, x.starts, x.enters);
    if (k.renews) trigger(k.renews, i, x.renews);
  });
  t.steps.forEach((s, i) => {
    trigger(s.done, i, x.does);
    if (s.created) trigger(s.created, i, x.creates, x.brings);
    else x.stepsOf[x.timer.get(s.timer)!].push(i);
    x.onlyIn.push(askedIn(t, s));
  });
  t.events.forEach((_, act) => {
    const titles = t.states.filter((_, s) => x.rows[s][act].length > 0).map((s) => s.title);
    x.placed.push({ code: "state", text: titles.length === 0 ? "This template leaves no place for it; an area can give it one in its own version." : `This can be recorded once the pathway is at: ${titles.join("; ")}.` });
  });
  return x;
}

const from = (tr: Transition, s: State): boolean => tr.from.some((n) => n === s.key || n === "@any" || (n === "@open" && !s.ends) || (n === "@ended" && !!s.ends));

const askedIn = (t: Template, s: StepRule) => (state: number): boolean => {
  const key = t.states[state].key;
  return (!s.only_in?.length || s.only_in.includes(key)) && !s.not_in?.includes(key);
};

export const notUsed = (kind: string): Reason => ({ code: "state", text: `This pathway does not use ${words(afterDot(kind))}; record what it asks for, or a note on the case.` });

/** The table of a template: what each act does in each state (PATHWAY.md, States × events). */
export function cells(t: Template): { act: string; states: string[] }[] {
  const x = indexOf(t);
  return t.events.map((a, act) => ({
    act: a.name,
    states: t.states.map((s, at) => {
      const to = [...new Set(x.rows[at][act].map((r) => t.transitions[r].to.replace("@", "")).map((key) => (key === s.key ? "stays" : key)))];
      return to.length === 0 ? "refused" : to.join(" / ");
    }),
  }));
}
