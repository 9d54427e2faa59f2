// Hears that there is news, while the app is open (M188, M189). Nobody's safety hangs on it.
import { pause } from "./backoff.ts";
import type { Chance, Clock } from "./clock.ts";
import type { Fetch, Line } from "./line.ts";

/** Listens until it is stopped; tells of news, and once whenever the lane was opened anew. */
export async function listen(o: { line: Line; fetch: Fetch; clock: Clock; chance: Chance; news: () => void; signal: AbortSignal }): Promise<void> {
  for (let failures = 0; !o.signal.aborted; ) {
    try {
      const lane = await o.fetch(o.line.base + "/api/realtime", { headers: { Accept: "text/event-stream" }, signal: o.signal, cache: "no-store" });
      if (lane.ok && lane.body) for await (const { event, data } of said(lane.body, o.signal)) {
        if (event === "PB_CONNECT") {
          const a = await o.line.ask("POST", "/api/realtime", { body: { clientId: JSON.parse(data).clientId, subscriptions: ["sync"] } });
          if (a.status >= 400) break;
          failures = 0;
          o.news(); // what was said meanwhile is not said again
        } else if (event === "sync") o.news();
      }
    } catch {
      // cut: it is opened again
    }
    if (!o.signal.aborted) await o.clock.wait(pause(++failures, o.chance), o.signal);
  }
}

async function* said(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<{ event: string; data: string }> {
  const reader = body.getReader(), decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop);
  try {
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = events.pop()!;
      for (const e of events) {
        const field = (name: string) => e.split(/\r?\n/).filter((l) => l.startsWith(name + ":")).map((l) => l.slice(name.length + 1).trimStart()).join("\n");
        yield { event: field("event"), data: field("data") };
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}
