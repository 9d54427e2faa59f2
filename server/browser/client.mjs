// The contract's client in a real browser: its store, its locks over tabs, its key, and what a
// lost phone's files tell. Told by the environment: HOLDFAST_TOWN, HOLDFAST_CHROMIUM, HOLDFAST_BUILT.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const { HOLDFAST_TOWN: town, HOLDFAST_CHROMIUM: executablePath, HOLDFAST_BUILT: built } = process.env
const folder = mkdtempSync(join(tmpdir(), 'phone-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const happen = async (deed, ask) => (await fetch(`${town}/town/${deed}`, { method: 'POST', body: JSON.stringify(ask ?? {}) })).json()

// open starts the browser over the phone's folder; a tab of it has the client as `holdfast`.
async function open() {
  const phone = await chromium.launchPersistentContext(folder, { executablePath, bypassCSP: true, args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'] })
  await phone.route('**/built/*.js', (r) => r.fulfill({ contentType: 'text/javascript', body: readFileSync(join(built, r.request().url().split('/built/')[1])) }))
  return phone
}

async function tab(phone) {
  const page = await phone.newPage()
  await page.goto(town + '/api/health')
  await page.evaluate(async (base) => {
    const h = (window.holdfast = await import('/built/index.js'))
    window.store = await h.indexedStore('practitioner')
    window.client = await h.openClient({ base, store, signer: await h.keptKey(store) })
    window.note = (body) => client.create('notes', { case: 'case00000000001', body, source: 'seen_by_worker', shared: true })
  }, town)
  return page
}

let phone = await open()
let [one, two] = [await tab(phone), await tab(phone)]
const { token } = await happen('sign-in', { who: 'practitioner' })
assert.equal((await one.evaluate((token) => client.register({ token, name: 'A browser' }), token)).status, 200)
assert.equal(await one.evaluate(async () => (await client.session()).bound), true, 'it proves itself')
assert.equal((await one.evaluate(() => client.sync({ check: true }))).state, 'resting')

// Two tabs write and sync at once: one at a time has the turn, and both come to the same.
const ids = await Promise.all([one, two, one, two].map((t, n) => t.evaluate((n) => note(`Of tab ${n}.`), n)))
const ends = await Promise.all([one, two].map((t) => t.evaluate(() => client.sync({ check: true }))))
assert.deepEqual(ends.map((e) => e.state), ['resting', 'resting'])
for (const t of [one, two]) for (const id of ids) assert.equal(await t.evaluate(async (id) => (await client.get('notes', id)).unsent, id), false)
assert.equal(await one.evaluate(async () => crypto.subtle.exportKey('jwk', (await store.get('state', 'key')).privateKey).then(() => 'it came out', () => 'kept')), 'kept')

// The browser is killed right after it said that words are kept.
const last = await one.evaluate(() => note('Said before it was killed.'))
const pid = Number(readdirSync('/proc').filter((p) => /^\d+$/.test(p)).find((p) => {
  try {
    const said = readFileSync(`/proc/${p}/cmdline`, 'utf8')
    return said.includes(folder) && !said.includes('--type=')
  } catch { return false }
}))
process.kill(pid, 'SIGKILL')
await phone.close().catch(() => undefined)
rmSync(join(folder, 'SingletonLock'), { force: true })
phone = await open()
one = await tab(phone)
assert.equal(await one.evaluate(async (id) => (await client.get('notes', id))?.fields.body, last), 'Said before it was killed.')
assert.equal((await one.evaluate(() => client.sync())).state, 'resting')
assert.deepEqual((await happen('rows', { SQL: `SELECT body FROM notes WHERE id = '${last}'` })), [{ body: 'Said before it was killed.' }])

// A locked phone's files name nobody, and it opens again with its PIN.
await one.evaluate(async (base) => {
  const raw = await holdfast.indexedStore('locked'), { store } = await holdfast.setLock(raw, { known: '4711' })
  await store.commit(Array.from({ length: 50 }, (_, n) => ({ op: 'put', table: 'records', key: `people/${n}`, value: { name: `Ottoline Wrathmoor ${n}` } })))
}, town)
assert.equal(await one.evaluate(async () => (await (await holdfast.unlock(await holdfast.indexedStore('locked'), { known: '4711' })).store.get('records', 'people/7')).name), 'Ottoline Wrathmoor 7')
assert.equal(await one.evaluate(async () => holdfast.unlock(await holdfast.indexedStore('locked'), { known: '4712' }).then(() => 'open', (e) => e.constructor.name !== 'Error' && 'locked')), 'locked')
await phone.close()
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile()).map((f) => join(f.parentPath ?? f.path, f.name))
assert.ok(files.some((f) => f.includes('IndexedDB')), 'there are files of the store')
for (const f of files) for (const form of ['utf8', 'utf16le']) assert.ok(!readFileSync(f).includes(Buffer.from('Ottoline', form)), `${f} names somebody`)
assert.ok(files.some((f) => ['utf8', 'utf16le'].some((form) => readFileSync(f).includes(Buffer.from('Said before it was', form)))), 'what is not sealed would be found')
console.log('ok')
