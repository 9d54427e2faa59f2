// A coordinator's day in a browser, from signing in to signing out, with or without
// JavaScript. Run by go test ./server -run BrowserDay.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { ask, browser, close, same, signIn, step, told } from './speak.mjs'

const context = () => browser.newContext({ javaScriptEnabled: told.scripts, locale: 'en-GB', timezoneId: 'Europe/London', acceptDownloads: true })
const desk = await context()
const page = await desk.newPage()
page.setDefaultTimeout(60_000)

const text = (on = page) => on.locator('main').innerText()
const says = async (words, on = page) => {
  const shown = await text(on)
  if (!shown.includes(words)) throw new Error(`${on.url()} does not say ${JSON.stringify(words)}:\n${shown}`)
}
const follow = (menu, name) => page.getByRole('navigation', { name: menu }).getByRole('link', { name, exact: true }).click()
// open goes to a section by the menu, and in it to a page.
const open = async (section, name) => {
  await follow('Menu', section)
  if (name) await follow('In this section', name)
}
const press = (name, on = page) => on.getByRole('button', { name, exact: true }).click()
const row = (name) => page.getByRole('row').filter({ hasText: name })

// item is the number beside one line of what needs the coordinator today.
const item = async (name) => parseInt(await page.getByRole('listitem').filter({ hasText: name }).locator('.govuk-tag').innerText(), 10)

let registration, link, waiting, uncovered

await step('a stranger is asked to sign in and brought back', async () => {
  await page.goto(told.at + '/coordinate/coverage')
  await page.waitForURL('**/coordinate/sign-in?next=*')
  await page.getByLabel('Email address').fill('coordinator@fellmoor.example')
  await page.getByLabel('Password').fill('not the password')
  await press('Sign in')
  await page.getByRole('link', { name: 'Check your email address and password' }).waitFor()
  await page.getByLabel('Password').fill(told.password)
  await press('Sign in')
  await page.waitForURL('**/coordinate/coverage')
})

await step('today names the agency with no champion, and coverage shows it', async () => {
  await open('Today')
  waiting = await item('New registrations')
  uncovered = await item('Agencies with no active champion')
  await page.getByRole('link', { name: 'Agencies with no active champion' }).click()
  await page.waitForURL('**/coordinate/coverage')
  same(await row('Fellmoor Early Help').locator('.govuk-tag').innerText(), 'Red: no champion', 'the rating of an agency without a champion')
  same(await page.locator('.hf-figures > div').filter({ hasText: 'no champion' }).locator('dd').innerText(), String(uncovered), 'agencies with no champion')
})

await step('a registration made offline arrives from a phone', async () => {
  registration = (await ask('offer')).id
  await open('Today')
  same(await item('New registrations'), waiting + 1, 'new registrations')
  await page.getByRole('link', { name: 'New registrations', exact: true }).click()
  await page.getByRole('link', { name: 'Colm Reeve' }).click()
  await page.waitForURL('**/coordinate/registrations/' + registration)
  await says('Submitted')
  await says('I would like my team to have somebody to ask.')
})

await step('a post from another site is refused', async () => {
  // The other port is the same site to a cookie, so the session goes with it; the
  // other name is another site.
  const form = `<form method="post" action="${told.at}/coordinate/registrations/${registration}/withdraw"><button>A prize</button></form>`
  const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(form)).listen(0, '127.0.0.1')
  const named = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(form)).listen(0, 'localhost')
  const trap = await desk.newPage()
  for (const [host, server] of [['127.0.0.1', other], ['localhost', named]]) {
    await trap.goto(`http://${host}:${server.address().port}/`)
    const [answer] = await Promise.all([trap.waitForResponse((r) => r.request().method() === 'POST'), trap.getByRole('button').click()])
    same(answer.status(), 403, 'a post from ' + host)
    await trap.getByRole('heading', { name: 'This form came from another website' }).waitFor()
  }
  await trap.close()
  for (const server of [other, named]) {
    server.closeAllConnections()
    server.close()
  }
  await page.reload()
  await page.getByRole('button', { name: 'Ask the line manager' }).waitFor()
})

await step('the coordinator has the manager asked', async () => {
  await press('Ask the line manager')
  await says('The line manager is being asked.')
  await says('The mail to manager@fellmoor.example is on its way.')
  await ask('mail')
  await page.reload()
  await says('The link was sent to manager@fellmoor.example.')
})

await step('the mail lies in the demo’s folder with its link', async () => {
  await open('Mail')
  const mail = page.getByRole('article').filter({ hasText: 'manager@fellmoor.example' }).filter({ hasText: 'Colm Reeve' }).first()
  link = await mail.getByRole('link').getAttribute('href')
  if (!/^\/coordinate\/agreement\/\S{30,}$/.test(link)) throw new Error('the link is ' + link)
})

await step('the manager agrees by the link, without an account, once', async () => {
  const own = await context()
  const phone = await own.newPage()
  for (let scan = 0; scan < 2; scan++) await phone.goto(told.at + link) // opening it changes nothing
  await phone.getByRole('heading', { name: 'Do you agree to this champion?' }).waitFor()
  await says('Colm Reeve', phone)
  await press('Send your answer', phone)
  await phone.getByRole('link', { name: 'Choose whether you agree' }).waitFor()
  await phone.getByLabel('I agree').check()
  await phone.getByLabel('Your name').fill('Moira Ash')
  await phone.getByLabel('Hours you release').fill('6')
  await press('Send your answer', phone)
  await phone.waitForURL('**/thank-you')
  same((await own.cookies()).length, 0, 'cookies that the manager got')
  const again = await phone.goto(told.at + link)
  same(again.status(), 404, 'the link used a second time')
  await phone.getByRole('heading', { name: 'This link cannot be used' }).waitFor()
  if ((await text(phone)).includes('Colm')) throw new Error('a used link names the champion')
  await own.close()
})

await step('induction begins and the champion is made active', async () => {
  await page.goto(told.at + '/coordinate/registrations/' + registration)
  await says('Approved')
  await press('Begin induction')
  await says('The induction has begun.')
  await press('Make them active')
  await says('They are an active champion.')
  await open('Champions', 'Directory')
  await row('Colm Reeve').getByText('Fellmoor Early Help').waitFor()
})

await step('a registration is not declined without a reason', async () => {
  await page.goto(told.at + '/coordinate/registrations/' + told.undecided)
  const fold = page.locator('details').filter({ hasText: 'Decline this registration' })
  await fold.locator('summary').click() // a fold opens without JavaScript too
  await fold.getByRole('button', { name: 'Decline' }).click()
  await page.getByRole('link', { name: 'Enter why you are declining this registration' }).click()
  const asked = page.getByLabel('Why are you declining it?')
  await asked.fill('There is another champion in your team. Please try again in spring.')
  await fold.getByRole('button', { name: 'Decline' }).click()
  await says('The registration is declined.')
})

await step('a meeting is put into the calendar', async () => {
  await open('Network', 'Events')
  await page.getByRole('link', { name: 'Add an event' }).click()
  await press('Save')
  await page.getByRole('link', { name: 'Enter a title' }).waitFor()
  await page.getByLabel('Title').fill('Spring network meeting')
  await page.getByLabel('Day').fill(told.day)
  await page.getByLabel('Begins at').fill('14:00')
  await page.getByLabel('Place').fill('Fellmoor library')
  await press('Save')
  await says('The event is saved.')
  await says('Spring network meeting')
  await says('2pm')
})

await step('attendance is recorded', async () => {
  await page.getByLabel('Attendance of Colm Reeve').selectOption('Attended')
  await page.getByLabel('Attendance of Saskia Dunn').selectOption('Sent apologies')
  await press('Save attendance')
  await says('The attendance is saved.')
  await says('Attended: 1.')
  same(await page.getByLabel('Attendance of Colm Reeve').inputValue(), 'attended', 'what is recorded of Colm')
})

await step('coverage is better by one, and comes out as a table', async () => {
  await open('Coverage')
  same(await page.locator('.hf-figures > div').filter({ hasText: 'no champion' }).locator('dd').innerText(), String(uncovered - 1), 'agencies with no champion')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download all as a spreadsheet' }).click()])
  const table = await readFile(await file.path(), 'utf8')
  if (!/^coverage-\d{4}-\d\d-\d\d\.csv$/.test(file.suggestedFilename())) throw new Error('the file is called ' + file.suggestedFilename())
  if (!table.startsWith('\uFEFF"Day","Agency","Locality"')) throw new Error('the table begins ' + table.slice(0, 80))
  const early = table.split('\r\n').find((line) => line.includes('"Fellmoor Early Help"'))
  if (!early?.includes('"Fellmoor","Early help","1","40","1","2","1"')) throw new Error('the line of Fellmoor Early Help is ' + early)
})

await step('a champion’s role opens no page here and no case', async () => {
  const own = await context()
  const champion = await own.newPage()
  await signIn(champion, told.champion)
  await champion.getByRole('heading', { level: 1 }).waitFor() // what needs them today: their own refused work, if any
  for (const path of ['/coordinate/registrations', '/coordinate/registrations/' + registration, '/coordinate/coverage', '/coordinate/coverage.csv', '/coordinate/events/new', '/coordinate/mail']) {
    same((await champion.goto(told.at + path)).status(), 403, path)
  }
  const menu = await champion.getByRole('navigation', { name: 'Menu' }).getByRole('link').allTextContents()
  const scheme = menu.map((text) => text.trim()).filter((text) => /^(Champions|Coverage|Mail|People)/.test(text))
  same(scheme.join(', '), '', 'links of the menu to pages of the scheme')
  await own.close()
  const app = await browser.newContext({ extraHTTPHeaders: { Authorization: 'Bearer ' + told.token } })
  const api = async (path) => (await app.request.get(told.at + path))
  same((await (await api('/api/collections/cases/records')).json()).totalItems, 0, 'cases that a champion is shown')
  for (const path of [`/api/collections/cases/records/${told.case}`, `/api/cases/${told.case}/chronology`, `/api/cases/${told.case}/chronology/html`]) {
    same((await api(path)).status(), 404, path)
  }
  await app.close()
})

await step('signed out is signed out, also for the back button', async () => {
  await page.goto(told.at + '/coordinate/champions')
  await press('Sign out')
  await page.waitForURL('**/coordinate/sign-in')
  same((await desk.cookies()).length, 0, 'cookies that are left')
  await page.goBack()
  await page.waitForURL('**/coordinate/sign-in*')
  if ((await text()).includes('Colm')) throw new Error('the back button shows the champions')
})

await close()
