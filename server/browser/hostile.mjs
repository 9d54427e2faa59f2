// What people wrote is text to a browser too: pages whose every field holds markup, a
// formula, turns of the reading direction and 10,000 letters without a break are made of
// the same elements as before, run nothing, and fit a narrow screen.
// Run by go test ./server -run BrowserHostile.
import { ask, browser, close, found, signIn, told } from './speak.mjs'

const context = await browser.newContext({ viewport: { width: 320, height: 600 }, locale: 'en-GB', reducedMotion: 'reduce' })
await context.addInitScript(() => {
  window.holdfastRan = []
  addEventListener('securitypolicyviolation', (e) => window.holdfastRan.push('the policy stopped ' + e.violatedDirective + ' ' + e.sample))
})
const page = await context.newPage()
page.setDefaultTimeout(60_000)
const ran = []
page.on('dialog', (d) => { ran.push('a dialog: ' + d.message().slice(0, 80)); d.dismiss() })
page.on('pageerror', (e) => ran.push('a script failed: ' + e))

// made is what a page is made of: the name of each element, and what attributes it has.
const made = () => page.evaluate(() => [...document.querySelectorAll('*')].map((e) => e.localName + '[' + e.getAttributeNames().join(' ') + ']').join('\n'))

// The same pages first, with something harmless in every field.
await ask('plain')
const pages = []
for (const [account, paths] of Object.entries(told.pages)) {
  await context.clearCookies()
  if (account) await signIn(page, account) // whoever has a link needs no account
  for (const path of paths) {
    const answer = await page.goto(told.at + path)
    pages.push({ path, account, status: answer.status(), made: await made() })
  }
}
await ask('hostile')

let account
for (const clean of pages) {
  const problems = []
  if (clean.status !== 200) problems.push('it answered ' + clean.status + ' with harmless text')
  if (clean.account !== account) {
    account = clean.account
    await context.clearCookies()
    if (account) await signIn(page, account)
  }
  const answer = await page.goto(told.at + clean.path)
  if (answer.status() !== 200) problems.push('it answers ' + answer.status())
  if (!(await page.content()).includes(told.mark)) problems.push('nothing that was planted is on it')
  const now = await made()
  if (now !== clean.made) {
    const was = clean.made.split('\n')
    problems.push('it is made of other elements: ' + now.split('\n').filter((e, i) => e !== was[i]).slice(0, 3).join(' | '))
  }
  problems.push(...await page.evaluate(() => {
    const out = window.holdfastRan
    if ('pwned' in window) out.push('a script of somebody’s ran')
    if (document.querySelector('.pwned, [onerror], [onload], [onfocus]')) out.push('an element of somebody’s was made')
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide > 0) {
      const first = [...document.querySelectorAll('body *')].find((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.hf-table'))
      out.push(`it is ${wide} pixels too wide: ${first?.outerHTML.slice(0, 160)}`)
    }
    return out
  }), ...ran.splice(0))
  found(account + ' ' + clean.path, problems)
}

// cells are what a spreadsheet would read in a file.
function* cells(text) {
  for (const [, quoted, bare] of text.replace(/^\uFEFF/, '').matchAll(/"((?:[^"]|"")*)"|([^,\r\n"]+)/g)) yield (quoted ?? bare).replaceAll('""', '"')
}
for (const [account, paths] of Object.entries(told.files)) {
  await context.clearCookies()
  await signIn(page, account)
  for (const path of paths) {
    const text = await (await context.request.get(told.at + path)).text()
    const all = [...cells(text)]
    const problems = all.filter((c) => /^[=+\-@\t\r]/.test(c)).map((c) => 'a cell begins ' + JSON.stringify(c.slice(0, 40)))
    if (!text.includes(told.mark)) problems.push('nothing that was planted is in it')
    found(account + ' ' + path, problems)
  }
}
await close()
