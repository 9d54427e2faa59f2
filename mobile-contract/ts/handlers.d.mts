// The types of handlers.mjs.
type Ask = (path: string, body: object) => Promise<any>;
type Row = Record<string, any>;
interface Changes {
  [table: string]: { created: Row[]; updated: Row[]; deleted: string[] };
}
export function rxdbPull(ask: Ask, collection: string, blank: (id: string) => Row): (checkpoint: { position: string } | undefined, limit: number) => Promise<{ documents: any[]; checkpoint: { position: string } }>;
export function rxdbPush(ask: Ask, collection: string, blank: (id: string) => Row): (rows: { newDocumentState: any; assumedMasterState?: any }[]) => Promise<any[]>;
export function watermelonPull(ask: Ask, tables: string[], places: { get(n: number): string | null | undefined; set(n: number, text: string): void }): (from: { lastPulledAt?: number | null }) => Promise<{ changes: Changes; timestamp: number }>;
export function watermelonPush(ask: Ask, wire: (table: string, raw: Row) => Row): (of: { changes: any }) => Promise<void>;
