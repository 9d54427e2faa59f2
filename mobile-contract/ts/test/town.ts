// The server of a test: a real one, and what happens around it.
import { memoryStore, openClient, systemClock, type Client, type Disk, type Fetch, type Opening, type Signer } from "../src/index.ts";

export const town = process.env.HOLDFAST_TOWN ?? "";

export async function happen(deed: string, ask: object = {}): Promise<any> {
  const a = await fetch(`${town}/town/${deed}`, { method: "POST", body: JSON.stringify(ask) });
  if (!a.ok) throw new Error(`${deed}: ${await a.text()}`);
  return a.json();
}

export const rows = (SQL: string): Promise<Record<string, string>[]> => happen("rows", { SQL });

export interface Phone {
  client: Client;
  who: string;
  disk: Disk;
  trace: string[];
}

export interface Made {
  disk?: Disk;
  fetch?: Fetch;
  signer?: Signer;
  options?: Opening["options"];
  chance?: () => number;
}

/** A phone over a disk: a new one, or one that was there before and is opened again. */
export async function phone(who: string, o: Made = {}): Promise<Phone> {
  const disk = o.disk ?? new Map(), trace: string[] = [];
  const client = await openClient({
    base: town, store: memoryStore(disk), chance: o.chance ?? (() => 0.5),
    fetch: o.fetch, signer: o.signer, options: o.options,
    clock: systemClock,
  });
  client.watch((from, event, to) => trace.push(`${from} ${event} ${to}`));
  return { client, who, disk, trace };
}

export async function registered(who: string, o: Made = {}): Promise<Phone> {
  const p = await phone(who, o);
  const { token } = await happen("sign-in", { who });
  const a = await p.client.register({ token, name: `${who}'s phone` });
  if (a.status !== 200) throw new Error(`registering: ${a.status} ${JSON.stringify(a.body)}`);
  return p;
}
