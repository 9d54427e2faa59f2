// What the area says to everybody, signed in or not: whom to ring, briefings and guides. It came
// with the page, and lies beside the app for when there is no signal.
import { numbersIn, type ToRing } from "./numbers.ts";

export interface Guide {
  id: string;
  title: string;
  kind: string;
  body: string;
}

export interface Area {
  name: string;
  guides: Guide[];
}

let known: Area = { name: "", guides: [] };

export const area = (): Area => known;
export const areaNumbers = (): ToRing[] => known.guides.filter((g) => g.kind === "contact_card").flatMap((g) => numbersIn(g.body));

/** Reads it as the server, or the copy beside the app, has it. */
export async function readArea(): Promise<void> {
  try {
    const answer = await fetch("/app/area.json");
    if (answer.ok) known = (await answer.json()) as Area;
  } catch {
    // no signal, and no copy: 999 needs none
  }
}
