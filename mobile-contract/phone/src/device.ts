// What this device remembers without being unlocked: who signs in on it, and how it is to look.
// Nothing of a family is here.
import type { Language } from "./day.ts";

export interface Device {
  people: { id: string; name: string }[];
  /** who used it last */
  last: string;
  language: Language;
  /** per cent */
  text: number;
  look: "" | "light" | "dark";
  /** of the names that stand in its addresses */
  salt: string;
}

const key = "holdfast";

export function readDevice(kept: Storage = localStorage): Device {
  const blank: Device = { people: [], last: "", language: "en", text: 100, look: "", salt: crypto.randomUUID() };
  try {
    return { ...blank, ...(JSON.parse(kept.getItem(key) ?? "{}") as Partial<Device>) };
  } catch {
    return blank;
  }
}

export function keepDevice(d: Device, kept: Storage = localStorage): void {
  kept.setItem(key, JSON.stringify(d));
}

/** The look is put on the page before anything is drawn. */
export function dress(d: Device, root: HTMLElement = document.documentElement): void {
  root.lang = d.language === "cy" ? "cy" : "en-GB";
  root.dataset.text = String(d.text);
  root.dataset.look = d.look;
}
