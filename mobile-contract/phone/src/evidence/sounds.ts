// Recordings that somebody opened, to be heard again without signal (M191): sealed with the rest,
// and gone with their row, or when it may not lie here any more.
import { put, remove, type Store } from "../../../ts/src/store.ts";
import type { Rows } from "../rows.ts";
import { mayLie } from "./sending.ts";

/** The longest that is kept: ten minutes as this app records. A longer one is fetched each time. */
const most = 20_000_000;

const kept = async (store: Store): Promise<string[]> => ((await store.get("app", "sounds")) as string[] | undefined) ?? []; // by name: nobody reads the bytes to learn what there is

export async function keepSound(store: Store, id: string, whole: Blob): Promise<void> {
  if (whole.size > most) return;
  await store.commit([put("app", "sound/" + id, new Uint8Array(await whole.arrayBuffer())), put("app", "sounds", [...(await kept(store)).filter((k) => k !== id), id])]);
}

export async function sound(store: Store, id: string, mime: string): Promise<Blob | undefined> {
  const bytes = (await store.get("app", "sound/" + id)) as Uint8Array<ArrayBuffer> | undefined;
  return bytes && new Blob([bytes], { type: mime });
}

export async function pruneSounds(store: Store, rows: Rows | undefined): Promise<void> {
  const all = await kept(store), stay = all.filter((id) => {
    const row = rows?.table("evidence").get(id);
    return row?.status === "sealed" && mayLie(row);
  });
  if (stay.length < all.length) await store.commit([...all.filter((id) => !stay.includes(id)).map((id) => remove("app", "sound/" + id)), put("app", "sounds", stay)]);
}
