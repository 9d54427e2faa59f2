// The app in a browser: what its pages have in common, and how a script here uses them.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { browser, told } from './speak.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }

export const PIN = '271828'

// device is a phone that nobody has used; what its console complains of is kept.
export async function device(more = {}) {
  const said = []
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en-GB', timezoneId: 'Europe/London', reducedMotion: 'reduce', ...more })
  await context.addInitScript(axe)
  const open = async () => {
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION/.test(m.text())) said.push('the console says: ' + m.text()) })
    page.on('pageerror', (e) => said.push('a script failed: ' + e.stack))
    await page.goto(told.at + '/')
    return page
  }
  return { context, open, said }
}

export async function enter(page, account) {
  await page.getByLabel('Email address').fill(account + '@fellmoor.example')
  await page.getByLabel('Password').fill(told.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('PIN', { exact: true }).fill(PIN)
  await page.getByLabel('The same PIN again').fill(PIN)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor()
}

// What a hand does on a page, each with what stood there where it could not.
const orPage = (on, what) => async () => { throw new Error(`${what}:\n${await on.locator('body').innerText()}`) }
export const says = (words, on) => on.getByText(words).first().waitFor().catch(orPage(on, `the page does not say ${JSON.stringify(String(words))}`))
export const heading = (name, on) => on.getByRole('heading', { name, level: 1 }).waitFor().catch(orPage(on, `there is no heading ${JSON.stringify(String(name))}`))
export const press = (name, on) => on.getByRole('button', { name, exact: true }).click()
export const tab = (name, on) => on.locator('.foot').getByRole('link', { name }).click()
export const family = async (name, on) => {
  await tab('Families', on)
  await on.getByLabel('Find a family').fill(name)
  await on.getByRole('link', { name }).click()
  await heading(new RegExp('^' + name), on)
}

export async function unlock(page, pin = PIN) {
  await page.getByLabel('PIN', { exact: true }).fill(pin).catch(async (e) => {
    throw new Error(`there is no PIN to enter: ${e}\n${page.url()}\n${await page.locator('body').innerText()}`)
  })
  await page.getByRole('button', { name: 'Unlock' }).click()
}

// faults are what is wrong with a page as it stands: read by axe wide, narrow and dark, and
// not wider than 320 pixels allow, also with text of twice the size.
export async function faults(page, name) {
  const problems = []
  // The bars lie over whatever is scrolled below them, which is no fault of the page's.
  const bars = (position) => page.evaluate((position) => { for (const e of document.querySelectorAll('.stands, .foot')) e.style.position = position }, position)
  await bars('static')
  const look = async (how) => {
    if (told.look) await page.screenshot({ path: `${told.look}/phone-${name}-${how}.png`.replace(/ /g, '-'), fullPage: true, scale: 'css' })
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wide > 0) problems.push(`${how}: ${wide} pixels too wide: ` + await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 140)).join(' | ')))
    const seen = await page.evaluate((runOnly) => axe.run(document, { runOnly, resultTypes: ['violations'] }), rules)
    for (const v of seen.violations) problems.push(`${how}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)
  }
  for (const [width, how] of told.quick ? [[320, 'narrow']] : [[1280, 'desk'], [360, 'phone'], [320, 'narrow']]) {
    await page.setViewportSize({ width, height: 740 })
    await look(how)
  }
  if (!told.quick) {
  await page.emulateMedia({ colorScheme: 'dark' })
  await look('dark')
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' })
  await look('forced colours')
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' })
  await page.evaluate(() => { document.documentElement.dataset.text = '200' })
  await look('large')
  }
  await page.evaluate(() => { document.documentElement.dataset.text = '100' })
  await page.setViewportSize({ width: 360, height: 740 })
  await bars('')
  const title = await page.title(), address = page.url()
  if (!/^(Today|Families|Family|Record|Saved|Is a child in danger now\?|Immediate risk|Not gone through|This phone|More|Briefings and guides|Account|Champions|Find a champion|Event|Good practice|Meeting|Decision|Asked of you|Alerts|Sign in|PIN|Locked|Letter|Write a letter|Evidence|Add evidence|Cover parts) - Holdfast$/.test(title)) problems.push(`the title is ${title}`)
  if (/FM-|case0|hughes|marlowe|ostrowska|sandoval/i.test(title + address)) problems.push(`the title or the address names a family: ${title} ${address}`)
  return problems
}

// squeezed are what is wrong with a page that is enlarged four times on a desk's screen, or has its
// text at twice the size beside that: wider than the window, read by axe, or hidden below bars that
// stay where they are.
export async function squeezed(page, name) {
  const problems = []
  await page.setViewportSize({ width: 320, height: 256 })
  for (const text of ['100', '200']) {
    await page.evaluate((text) => { document.documentElement.dataset.text = text }, text)
    const seen = await page.evaluate(async (runOnly) => {
      const bars = [...document.querySelectorAll('body *')].filter((e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.getClientRects().length > 0)
      const covered = bars.reduce((n, e) => n + Math.min(e.getBoundingClientRect().height, innerHeight), 0) / innerHeight
      for (const e of bars) e.style.position = 'static'
      const wide = document.documentElement.scrollWidth - innerWidth, by = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 2).map((e) => e.outerHTML.slice(0, 140))
      const { violations } = await axe.run(document, { runOnly, resultTypes: ['violations'] })
      for (const e of bars) e.style.position = ''
      return { covered, wide, by, violations: violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 160)).join(' | ')}`) }
    }, rules)
    if (told.look) await page.screenshot({ path: `${told.look}/phone-${name}-${text}.png`.replace(/ /g, '-'), fullPage: true, scale: 'css' })
    if (seen.wide > 0) problems.push(`text of ${text} per cent: ${seen.wide} pixels too wide: ${seen.by.join(' | ')}`)
    if (seen.covered > 0.5) problems.push(`text of ${text} per cent: bars cover ${Math.round(seen.covered * 100)} per cent of the window`)
    problems.push(...seen.violations.map((v) => `text of ${text} per cent: ${v}`))
  }
  await page.evaluate(() => { document.documentElement.dataset.text = '100' })
  await page.setViewportSize({ width: 360, height: 740 })
  return problems
}

// another is somebody else's phone, or the same person's second one, by the contract alone.
export async function another(account) {
  const ask = async (path, token, body) => {
    const a = await fetch(told.at + path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...(token && { Authorization: 'Bearer ' + token }) }, body: JSON.stringify(body) })
    const said = await a.json()
    if (!a.ok) throw new Error(`${path}: ${a.status} ${JSON.stringify(said)}`)
    return said
  }
  const signed = await ask('/api/collections/users/auth-with-password', '', { identity: account + '@fellmoor.example', password: told.password })
  const token = (await ask('/api/sync/devices', signed.token, { name: 'Another', platform: 'test' })).access_token
  const id = (length) => Array.from({ length }, () => '0123456789abcdefghjkmnpqrstvwxyz'[Math.floor(Math.random() * 32)]).join('')
  return {
    pull: async () => {
      const all = []
      for (let position = null, more = true; more;) {
        const page = await ask('/api/sync/pull', token, { position, limit: 5000, contract: 1 })
        all.push(...page.changes)
        position = page.position
        more = page.more
      }
      return all
    },
    file: async (path) => Buffer.from(await (await fetch(told.at + path, { headers: { Authorization: 'Bearer ' + token } })).arrayBuffer()),
    push: async (...mutations) => (await ask('/api/sync/push', token, { mutations: mutations.map((m) => ({ id: '01kb' + id(22), recorded_at: new Date().toISOString(), record: 'another' + id(8), op: 'create', ...m })) })).results,
  }
}
