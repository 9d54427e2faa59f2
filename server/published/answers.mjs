// Holds what a running server was asked and answered to what the contract publishes, with
// ajv in strict mode.
//
//   node answers.mjs CONTRACT < exchanges
//
// An exchange is a line of JSON: method, path, status, type, headers, asked and body, as
// they went over the wire. It prints a line of JSON for each fault, and a last one with
// what was seen.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const contract = process.argv[2]
const json = (...path) => JSON.parse(readFileSync(join(contract, ...path), 'utf8'))
const fault = (what) => console.log(JSON.stringify({ fault: what.slice(0, 1500) }))

const ajv = new Ajv({ strict: true, strictTypes: true, strictTuples: true, allowUnionTypes: true, allErrors: false })
addFormats(ajv)

// What OpenAPI and the contract's own x- words add to JSON Schema; any other is a fault.
const files = ['schema', 'schema/records'].flatMap((folder) => readdirSync(join(contract, folder)).filter((f) => f.endsWith('.json')).map((f) => [folder, f]))
const document = json('openapi.json')
const own = new Set(['discriminator', 'paths', 'components'])
function words(v) {
  if (v === null || typeof v !== 'object') return
  for (const [key, inner] of Object.entries(v)) {
    if (key.startsWith('x-')) own.add(key)
    words(inner)
  }
}
words([document, ...files.map(([folder, f]) => json(folder, f))])
ajv.addVocabulary([...own])

// Every schema by itself.
for (const [folder, f] of files) ajv.addSchema(json(folder, f))
for (const [folder, f] of files) {
  try {
    ajv.getSchema(`https://holdfast.example/contract/${folder}/${f}`)
  } catch (e) {
    fault(`${folder}/${f}: ${e.message}`)
  }
}

// The document's own, by where they stand in it.
ajv.addSchema({ $id: 'document', paths: document.paths, components: document.components }, 'document', false, false)
const escaped = (part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
const at = (...parts) => ajv.compile({ $ref: 'document#/' + parts.map(escaped).join('/') })
const compiled = new Map()
function valid(parts, value) {
  const key = parts.join('\n')
  if (!compiled.has(key)) {
    try {
      compiled.set(key, at(...parts))
    } catch (e) { // strict mode
      compiled.set(key, () => true)
      return e.message
    }
  }
  const check = compiled.get(key)
  return check(value) ? '' : ajv.errorsText(check.errors.slice(-3)) + ' ' + JSON.stringify(check.errors.at(-1).params)
}

// The operation of a path, the ones without anything open first.
const templates = Object.keys(document.paths).sort((a, b) => a.split('{').length - b.split('{').length)
  .map((t) => [t, new RegExp('^' + t.replace(/\{[a-z]+\}/g, '[^/]+') + '$')])
const template = (path) => templates.find(([, re]) => re.test(path))?.[0]

const seen = {}, filled = {}, statuses = {}
let records = 0, lines = 0, answers = 0

function record(change) {
  if (change.op !== 'put') return
  records++
  const check = ajv.getSchema(`https://holdfast.example/contract/schema/records/${change.collection}.json`)
  if (!check(change.record)) fault(`${change.collection}/${change.id}: ${ajv.errorsText(check.errors)}`)
  for (const [name, value] of Object.entries(change.record)) {
    const full = value !== '' && value !== null && !(Array.isArray(value) && value.length === 0)
    if (full) filled[`${change.collection}.${name}`] = true
  }
}

function stream(parts, body, what) {
  for (const line of body.split('\n').filter(Boolean)) {
    lines++
    const value = JSON.parse(line)
    const wrong = valid([...parts, 'application/x-ndjson', 'schema'], value)
    if (wrong) fault(`${what}: ${wrong}\n${line.slice(0, 300)}`)
    if (value.op) record(value)
  }
}

// Headers of HTTP and of browsers that no client of ours reads.
const transport = /^(date|connection|vary|server|content-(length|type|encoding|security-policy)|transfer-encoding|accept-ranges|last-modified|cache-control|www-authenticate|referrer-policy|permissions-policy|strict-transport-security|access-control-.*|cross-origin-.*|x-.*)$/i

function exchange(x) {
  const path = x.path.split('?')[0]
  const t = template(path)
  const operation = document.paths[t]?.[x.method.toLowerCase()]
  const what = `${x.method} ${path} ${x.status}`
  if (!operation) return fault(`${what}: not in the document`)
  const name = `${x.method} ${t}`
  const ok = x.status < 400
  if (ok) seen[name] = (seen[name] ?? 0) + 1
  statuses[`${name} ${x.status}`] = true
  const parts = ['paths', t, x.method.toLowerCase(), 'responses', String(x.status)]
  const response = operation.responses[x.status]
  if (!response) return fault(`${what}: the document knows no such status: ${x.body?.slice(0, 200)}`)
  for (const h of Object.keys(x.headers)) {
    if (!transport.test(h) && !Object.keys(response.headers ?? {}).some((k) => k.toLowerCase() === h.toLowerCase())) {
      fault(`${what}: the document knows no header ${h} of this answer`)
    }
  }
  for (const [h, { $ref }] of Object.entries(response.headers ?? {})) {
    const value = x.headers[Object.keys(x.headers).find((k) => k.toLowerCase() === h.toLowerCase())]
    const wrong = value === undefined ? '' : valid(['components', 'headers', $ref.split('/').at(-1), 'schema'], value)
    if (wrong) fault(`${what}: the header ${h}: ${wrong} ${value}`)
  }
  if (ok && x.asked && operation.requestBody?.content['application/json']) {
    const wrong = valid([...parts.slice(0, 3), 'requestBody', 'content', 'application/json', 'schema'], JSON.parse(x.asked))
    if (wrong) fault(`${what} was taken, and is not as published: ${wrong}\n${x.asked.slice(0, 300)}`)
  }
  const type = (x.type ?? '').split(';')[0]
  if (!response.content) return x.body && x.method !== 'HEAD' ? fault(`${what}: an answer without a body has one: ${x.body.slice(0, 100)}`) : answers++
  if (type === 'application/x-ndjson') return stream([...parts, 'content'], x.body, what)
  if (!response.content[type] && !response.content['*/*']) return fault(`${what}: the document knows no answer of type ${type}`)
  answers++
  if (type !== 'application/json' || !response.content[type]?.schema) return
  const value = JSON.parse(x.body)
  const wrong = valid([...parts, 'content', type, 'schema'], value)
  if (wrong) fault(`${what}: ${wrong}\n${x.body.slice(0, 400)}`)
  if (t === '/api/sync/pull' && ok) value.changes.forEach(record)
}

for await (const line of createInterface({ input: process.stdin })) exchange(JSON.parse(line))

const operations = Object.entries(document.paths).flatMap(([t, of]) => Object.keys(of).map((m) => `${m.toUpperCase()} ${t}`))
const lists = Object.entries(document.components.schemas).filter(([n]) => n.endsWith('Record')).flatMap(([, s]) =>
  Object.entries(s.properties ?? {}).filter(([, p]) => p.type === 'array').map(([p]) => `${s.title}.${p}`))
console.log(JSON.stringify({
  answers, records, lines, operations: Object.keys(seen).length, statuses: Object.keys(statuses).length,
  never: operations.filter((o) => !seen[o]), empty: lists.filter((l) => !filled[l]),
  unseen: Object.keys(document.components.schemas.Put.discriminator.mapping).filter((c) => !filled[`${c}.id`]), filled: Object.keys(filled).length,
}))
