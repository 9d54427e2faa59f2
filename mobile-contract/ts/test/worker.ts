// A phone of its own process, which its test kills: node worker.js FILE TOWN WHO FROM. It says
// "kept N" once words are on its disk, and syncs all the while.
import { openClient } from "../src/index.ts";
import { sqliteStore } from "../src/sqlite.ts";
import { wasmDriver } from "./driver.ts";

const [file, base, who, from] = process.argv.slice(2);
const client = await openClient({ base, store: await sqliteStore(wasmDriver(file)), locks: { request: (_, work) => work() } });
if (!(await client.session())) {
  const { token } = await (await fetch(`${base}/town/sign-in`, { method: "POST", body: JSON.stringify({ who }) })).json();
  await client.register({ token, name: "a phone that is killed" });
}
process.stdout.write("open\n");
for (let n = Number(from); ; n++) {
  await client.create("notes", { case: "case00000000001", body: `Kept on the disk, number ${n}.`, source: "seen_by_worker", shared: true });
  process.stdout.write(`kept ${n}\n`);
  const { state } = await client.sync();
  process.stdout.write(`${state}\n`);
}
