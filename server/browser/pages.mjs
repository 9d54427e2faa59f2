// Every page of every role, as the links lead to them, and the pages that refuse: read
// by axe, seen on a narrow screen and at 400 %, walked by the keyboard alone.
// Run by go test ./server -run BrowserPages; told.look names a folder for screenshots.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { browser, close, found, signIn, told } from './speak.mjs'
import { walkByKeyboard } from './keyboard.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }

// On a narrow screen the page is the same elements: what is asked again is what follows
// from how they lie and what is folded away.
const lying = { type: 'rule', values: ['color-contrast', 'target-size', 'scrollable-region-focusable', 'link-in-text-block', 'aria-hidden-focus', 'button-name',
  'link-name', 'label', 'bypass', 'skip-link', 'region', 'heading-order', 'empty-heading', 'page-has-heading-one', 'meta-viewport', 'css-orientation-lock'] }

// A wide screen at 400 % is 320 CSS pixels wide (WCAG 1.4.10), with fine pixels.
const wide = { viewport: { width: 1280, height: 900 } }
const narrow = { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }

// shape is an address without what differs between two pages of one kind.
const shape = (path) => {
  const at = new URL(path, told.at)
  const asked = [...new Set(at.searchParams.keys())].filter((k) => !['order', 'agency', 'page', 'done'].includes(k)).sort()
  return at.pathname.replace(/\/(?=[a-z0-9]*\d)[a-z0-9]{15}(?=\/|$)/g, '/{id}').replace(/(agreement|reset|invitation)\/.*/, '$1/{token}') + '?' + asked.join('&')
}

const sorted = /[?&]sort\b/

// A kind of page is looked at once, a record twice: one offers other steps than another.
const most = (kind) => kind.endsWith('{id}?') ? 2 : 1

// faults are what is wrong with a page as it stands in a wide window and a narrow one.
// A page of a kind that was looked at thoroughly, for another reader, is read once.
async function faults(pair, name, thorough) {
  const problems = []
  for (const [page, width] of [[pair.wide, 1280], [pair.narrow, 320]]) {
    if (told.look) await page.screenshot({ path: `${told.look}/${name.replace(/[^a-z0-9]+/gi, '-')}-${width}.png`, fullPage: true, scale: 'css' })
    if (width === 320) problems.push(...await sideways(page, 'at 400 %'))
    if (width === 320 && !thorough) continue
    const seen = await page.evaluate((runOnly) => axe.run(document, { runOnly, resultTypes: ['violations'] }), width === 320 ? lying : rules)
    for (const v of seen.violations) problems.push(`${width}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`)
    if (thorough) problems.push(...(await walkByKeyboard(page)).map((p) => `${width}: ${p}`))
  }
  return [...problems, ...pair.said.splice(0)]
}

// sideways reports a page that must be scrolled in two directions.
const sideways = (page, when) => page.evaluate((when) => {
  const wide = document.documentElement.scrollWidth - innerWidth
  if (wide <= 0) return []
  const out = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.hf-table, .table'))
  return [`${when} the page is ${wide} pixels too wide: ${out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(' | ')}`]
}, when)

// windows are one reader's two windows, and what their consoles complained of.
async function windows(sign, extra = {}) {
  const pair = { said: [] }
  for (const [name, size] of [['wide', wide], ['narrow', narrow]]) {
    const context = await browser.newContext({ ...size, ...extra, locale: 'en-GB', reducedMotion: 'reduce' })
    await context.addInitScript(axe) // not bound by the page's own policy, which stays in force
    const page = pair[name] = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('console', (m) => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) pair.said.push('the console says: ' + m.text()) })
    page.on('pageerror', (e) => pair.said.push('a script failed: ' + e))
    if (sign && name === 'wide') await signIn(page, sign)
    if (sign && name === 'narrow') {
      await context.addCookies(await pair.wide.context().cookies())
    }
  }
  return pair
}

const shut = (pair) => Promise.all([pair.wide.context().close(), pair.narrow.context().close()])
const walked = new Set()

// walk follows a reader's links to the end.
async function walk(account, role) {
  const pair = await windows(account)
  const queue = ['/coordinate', '/coordinate/nowhere', ...(told.also[role] ?? [])]
  const seen = {}
  for (let path; (path = queue.shift());) {
    const kind = shape(path)
    seen[kind] ??= new Set()
    if (seen[kind].has(path) || seen[kind].size >= most(kind)) continue
    if (sorted.test(kind) && walked.has(kind)) continue // the same rows in another order
    seen[kind].add(path)
    const [answer] = await Promise.all([pair.wide.goto(told.at + path), pair.narrow.goto(told.at + path)])
    const first = !walked.has(kind)
    walked.add(kind)
    found(`${role} ${path}`, await faults(pair, `${role}-${path}`, first), { paths: [new URL(path, told.at).pathname] })
    if (answer.status() >= 400) continue
    for (const link of await pair.wide.$$eval('a[href^="/coordinate"]', (all) => all.filter((a) => !a.hasAttribute('download')).map((a) => a.getAttribute('href').split('#')[0]))) queue.push(link)
  }
  return pair
}

// asShown is a page that only a form leads to.
async function asShown(pair, name, path, work) {
  try {
    for (const page of [pair.wide, pair.narrow]) {
      await page.goto(told.at + path)
      await work?.(page)
    }
    found(name, await faults(pair, name, true), { paths: [path] })
  } catch (error) {
    found(name, [String(error.stack)])
  }
}

const send = (name) => (page) => page.locator('main').getByRole('button', { name, exact: true }).click()

async function outside() {
  const stranger = await windows()
  await asShown(stranger, 'sign-in', '/coordinate/sign-in')
  await asShown(stranger, 'sign-in ended', '/coordinate/sign-in?ended=1')
  await asShown(stranger, 'sign-in with nothing in it', '/coordinate/sign-in', send('Sign in'))
  await asShown(stranger, 'a manager’s link', told.link)
  await asShown(stranger, 'a manager’s link with nothing in it', told.link, send('Send your answer'))
  await asShown(stranger, 'a link that cannot be used', '/coordinate/agreement/none')
  await asShown(stranger, 'a forgotten password', '/coordinate/forgotten')
  await asShown(stranger, 'a forgotten password with nothing in it', '/coordinate/forgotten', send('Mail me a link'))
  await asShown(stranger, 'a forgotten password asked for', '/coordinate/forgotten', async (page) => {
    await page.getByLabel('Email address').fill('nobody@fellmoor.example')
    await send('Mail me a link')(page)
    await page.getByRole('heading', { name: 'Look at your mail' }).waitFor()
  })
  await asShown(stranger, 'a new password', told.reset)
  await asShown(stranger, 'a new password that is too short', told.reset, async (page) => {
    await page.getByLabel('New password').fill('short')
    await send('Set the password')(page)
    await page.locator('.govuk-error-summary').waitFor()
  })
  await asShown(stranger, 'an invitation', told.invitation)
  await asShown(stranger, 'a link of a password that cannot be used', '/coordinate/reset/none')
  await asShown(stranger, 'sign-in with a new password', '/coordinate/sign-in?new=1')
  await asShown(stranger, 'thank you', '/coordinate/agreement/thank-you')
  await shut(stranger)
}

async function atTheDesk() {
  const desk = await walk('coordinator', 'coordinator')
  await asShown(desk, 'an event with nothing in it', '/coordinate/events/new', send('Save'))
  await asShown(desk, 'coverage by target group', '/coordinate/coverage?by=group&group=3')
  await asShown(desk, 'what was passed on with nothing in it', '/coordinate/cascade/new', send('Save'))
  await asShown(desk, 'a target with nothing in it', '/coordinate/scheme/targets/new', send('Set the target'))
  await asShown(desk, 'a decision out of bounds', '/coordinate/scheme/change', async (page) => {
    for (const field of ['link_days', 'remind_days', 'group-3']) await page.locator('#' + field).fill('0')
    await send('Decide')(page)
  })
  await asShown(desk, 'a day of no calendar', '/coordinate/coverage?date=2999-01-01')
  await asShown(desk, 'declined without a reason', '/coordinate/registrations/' + told.undecided, async (page) => {
    const fold = page.locator('details').filter({ hasText: 'Decline this registration' })
    await fold.locator('summary').click()
    await fold.getByRole('button', { name: 'Decline' }).click()
    await page.locator('.govuk-error-summary').waitFor()
  })
  await asShown(desk, 'a form that is too old', '/coordinate/events/new', async (page) => {
    await page.locator('main input[name=seal]').evaluate((e) => { e.value = 'old' })
    await send('Save')(page)
  })
  await asShown(desk, 'a code for one’s own account', '/coordinate/account', send('Mail me a code'))
  await asShown(desk, 'a code that is wrong', '/coordinate/account', async (page) => {
    await send('Mail me a code')(page)
    await page.getByLabel('Code').fill('00000000')
    await send('Continue')(page)
    await page.locator('.govuk-error-summary').waitFor()
  })
  await asShown(desk, 'the end of a session is near', '/coordinate', async (page) => {
    await page.clock.install()
    await page.reload()
    await page.clock.fastForward('13:30')
    await page.getByRole('button', { name: 'Stay signed in' }).waitFor()
  })
  await shut(desk)
}

async function others() {
  for (const [role, account] of Object.entries(told.others)) {
    const pair = await walk(account, role)
    if (role === 'agency lead') await asShown(pair, 'an invitation with nothing in it', '/coordinate/people/new', send('Invite'))
    await shut(pair)
  }

  // A letter and a chronology are for an app that shows them; they carry its token.
  const reader = await windows(null, { extraHTTPHeaders: { Authorization: 'Bearer ' + told.token } })
  for (const path of told.papers) await asShown(reader, path, path)
}

// Two lanes, since a page has a process of its own.
await Promise.all([atTheDesk(), outside().then(others)])
await close()
