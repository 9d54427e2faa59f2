// What a client's author writes, and the compiler must take without a cast: with the
// types that openapi-typescript makes of openapi.json, and with ts/wire.ts.
import type { components, paths } from './openapi'
import type * as wire from './wire'

type Pull = paths['/api/sync/pull']['post']
type Page = Pull['responses'][200]['content']['application/json']
type Line = Pull['responses'][200]['content']['application/x-ndjson']
type Change = components['schemas']['Change']

export function children(c: Change): string[] {
  if (c.op === 'drop') return []
  switch (c.collection) {
    case 'actions': {
      const all: string[] = c.record.children
      return all
    }
    case 'notes': {
      const body: string = c.record.body
      const shared: boolean = c.record.shared
      return shared ? [body] : []
    }
    case 'pathways': {
      const at: string = c.record.opened_at
      return [at]
    }
    default: {
      const id: string = c.id
      const rev: number = c.rev
      return [id, String(rev)]
    }
  }
}

export function page(p: Page): string[] {
  const position: string = p.position
  return [position, ...p.changes.flatMap(children)]
}

export const isChange = (line: Line): line is Change => 'op' in line

export function agency(row: components['schemas']['ChronologyRow']): string {
  return row.agency ? row.agency.name : ''
}

export function offset(ask: paths['/api/uploads/{id}']['patch']): void {
  const at: string = ({} as NonNullable<typeof ask.parameters.header>)['Upload-Offset']
  const now: string | undefined = ({} as typeof ask.responses)[204].headers['Upload-Offset']
  void [at, now]
}

export function ofWire(c: wire.Change): string[] {
  if (c.op === 'drop') return c.collection ? [c.collection] : []
  if (c.collection === 'actions') return c.record.children
  if (c.collection === 'relationships') {
    const between: ('no_contact' | 'no_shared_meeting' | 'no_shared_information' | string)[] = c.record.between
    return between
  }
  const scope: string = c.scope
  return [scope, c.record.id]
}

const sent: wire.PushRequest = {
  mutations: [{ id: '01jd8x0000000000000000000a', collection: 'notes', record: 'myfirstnote0001', op: 'create', recorded_at: '', set: { children: ['a'] } }],
}
export const asPublished: components['schemas']['PushRequest'] = sent
