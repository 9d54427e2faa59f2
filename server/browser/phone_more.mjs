// What else is done around a family: covering parts of a photograph on a copy, hearing a
// recording again, who is who over time, a restriction, another version of a pathway, and a
// danger that is over on the word of somebody who can be rung. Run by
// go test ./server -run BrowserPhoneMore.
import { createHash } from 'node:crypto'
import { ask, browser, close, found, same, step, told } from './speak.mjs'
import { another, device, enter, family, faults, heading, press, says, squeezed, tab, unlock } from './phone_walk.mjs'

const hash = (b) => createHash('sha256').update(b).digest('hex')
const phone = await device()
let page = await phone.open()
const looked = async (name, on = page, said = phone.said) => found('looked at: ' + name, [...await faults(on, name), ...said.splice(0)])
const kept = async (title) => (await (await another('practitioner')).pull()).filter((c) => c.collection === 'evidence' && c.record?.title === title).at(-1)?.record
const day = async (group, date, on) => {
  const boxes = group ? on.getByRole('group', { name: group }) : on
  await boxes.getByLabel('Day', { exact: true }).fill(String(date.getDate()))
  await boxes.getByLabel('Month', { exact: true }).fill(String(date.getMonth() + 1))
  await boxes.getByLabel('Year', { exact: true }).fill(String(date.getFullYear()))
}
const agreed = async (on) => {
  await on.getByLabel('It was not needed').check()
  await on.getByLabel('Why?').fill('A letter that was sent to us.')
}

// Two halves, grey and yellow, with a face's place in the grey one.
let bytes
await step('parts of a photograph are covered on a copy without signal, and the original stays', async () => {
  await enter(page, 'practitioner')
  bytes = Buffer.from(await page.evaluate(() => {
    const c = document.createElement('canvas'), g = c.getContext('2d')
    c.width = 800
    c.height = 600
    g.fillStyle = '#888'
    g.fillRect(0, 0, 400, 600)
    g.fillStyle = '#fe0'
    g.fillRect(400, 0, 400, 600)
    return c.toDataURL('image/png').split(',')[1]
  }), 'base64')
  await family('Okafor-Reid', page)
  await phone.context.setOffline(true)
  await page.getByRole('link', { name: 'Add evidence' }).click()
  await page.locator('#photo').setInputFiles({ name: 'IMG_0007.png', mimeType: 'image/png', buffer: bytes })
  await page.getByLabel('In a few words').fill('The hall')
  await agreed(page)
  await press('Save', page)
  await heading('The hall', page)
  await page.getByRole('link', { name: 'Cover parts of it on a copy' }).click()
  await heading('Cover parts on a copy', page)
  await press('Make the copy', page)
  await page.getByRole('link', { name: 'Cover at least one place' }).waitFor()
  const box = await page.getByRole('img', { name: /^The picture/ }).boundingBox()
  await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.1)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4, { steps: 4 })
  await page.mouse.up()
  await page.getByRole('group', { name: 'Place 1' }).waitFor()
  await press('Add a place to cover', page)
  const second = page.getByRole('group', { name: 'Place 2' })
  for (const [side, n] of [['From the left', '60'], ['From the top', '60'], ['Width', '30'], ['Height', '30']]) await second.getByLabel(side).fill(n)
  await looked('covering parts')
  await press('Make the copy', page)
  await heading('What is it?', page)
  await says(/A copy with 2 places covered, of “The hall”/, page)
  await looked('describing a copy')
  await press('Save', page)
  await heading('The hall, parts covered', page)
  await says(/A copy with 2 places covered, of “The hall”/, page)
  await says('On this phone only', page)
})

await step('the copy at the server is black where it was covered, and both are there', async () => {
  await phone.context.setOffline(false)
  await says('Kept and sealed', page)
  await says('Everything sent', page)
  const original = await kept('The hall'), copy = await kept('The hall, parts covered'), mine = await another('practitioner')
  same(hash(await mine.file(`/api/evidence/${original.id}/original`)), hash(bytes), 'the original at the server')
  same([copy.status, copy.mime, copy.basis, copy.captured_at === original.captured_at].join(), 'sealed,image/jpeg,not_required,true', 'the copy at the server')
  if (!copy.note.startsWith('A copy with 2 places covered, of “The hall”')) throw new Error('the copy says ' + copy.note)
  const sent = (await mine.file(`/api/evidence/${copy.id}/original`)).toString('base64')
  const at = await page.evaluate(async (b64) => {
    const b = await createImageBitmap(new Blob([Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))], { type: 'image/jpeg' })), c = document.createElement('canvas'), g = c.getContext('2d')
    c.width = b.width
    c.height = b.height
    g.drawImage(b, 0, 0)
    const dark = (x, y) => { const [r, gr, bl] = g.getImageData(Math.floor(x * b.width), Math.floor(y * 600), 1, 1).data; return r + gr + bl < 60 ? 'black' : 'seen' }
    return { first: dark(0.25, 0.25), second: dark(0.75, 0.75), between: dark(0.25, 0.8), right: dark(0.75, 0.25), taller: b.height > 600, width: b.width }
  }, sent)
  same(JSON.stringify(at), JSON.stringify({ first: 'black', second: 'black', between: 'seen', right: 'seen', taller: true, width: 800 }), 'the copy')
})

const plays = async (on) => {
  const audio = on.locator('audio')
  await audio.waitFor()
  return audio.evaluate((a) => new Promise((done, fail) => {
    const began = () => { if (a.currentTime > 0.05) { a.pause(); done(true) } }
    a.ontimeupdate = began
    a.onerror = () => fail(new Error('it cannot be played: ' + a.error?.message))
    a.muted = true
    void a.play().catch(fail)
  }))
}
await step('a recording is heard before it is saved, and again without signal once it was opened', async () => {
  await family('Okafor-Reid', page)
  await page.getByRole('link', { name: 'Add evidence' }).click()
  await press('Record sound', page)
  await page.getByRole('timer').waitFor()
  await page.waitForTimeout(1_500)
  await press('Stop, and keep it', page)
  await heading('What is it?', page)
  same(await plays(page), true, 'heard before it is saved')
  await page.getByLabel('In a few words').fill('What he said at the door')
  await agreed(page)
  await looked('describing a recording')
  await press('Save', page)
  await says('Kept and sealed', page)
  await says('Everything sent', page)
  // A second phone of theirs never had the bytes.
  const second = await device(), other = await second.open()
  await enter(other, 'practitioner')
  await family('Okafor-Reid', other)
  await other.getByRole('link', { name: 'What he said at the door' }).click()
  await press('Fetch the recording', other)
  same(await plays(other), true, 'heard on another phone')
  await says('Nobody has written it down yet.', other)
  await looked('a recording', other, second.said)
  await second.context.setOffline(true)
  await other.reload()
  await unlock(other)
  await family('Okafor-Reid', other)
  await other.getByRole('link', { name: 'What he said at the door' }).click()
  same(await plays(other), true, 'heard without signal')
  const raw = await other.evaluate(async () => {
    const names = (await indexedDB.databases()).map((d) => d.name).filter((n) => n.startsWith('holdfast-'))
    let found = 0
    for (const name of names) {
      const db = await new Promise((done) => { const r = indexedDB.open(name); r.onsuccess = () => done(r.result) })
      for (const store of db.objectStoreNames) {
        const all = await new Promise((done) => { const r = db.transaction(store).objectStore(store).getAll(); r.onsuccess = () => done(r.result) })
        for (const v of all) {
          const text = v instanceof Uint8Array ? String.fromCharCode(...v.slice(0, 64)) : JSON.stringify(v, (_, x) => (x instanceof Uint8Array ? String.fromCharCode(...x.slice(0, 64)) : x))
          if (text?.includes('RIFF') && text.includes('WAVE')) found++
        }
      }
      db.close()
    }
    return found
  })
  same(raw, 0, 'recordings that lie on the phone unsealed')
  await second.context.close()
})

await step('who is who stands as of a day, and what changed with its day', async () => {
  await family('Okafor-Reid', page)
  await page.getByRole('link', { name: 'Who is who, and who lived there when' }).click()
  await heading(/^Who is who/, page)
  await says(/people lived there/, page)
  await looked('who is who')
  await page.getByLabel('Year', { exact: true }).fill('1950')
  await says(/lived there/, page)
  await page.getByLabel('Day', { exact: true }).fill('45')
  await page.getByRole('heading', { name: 'Enter a day', level: 2 }).waitFor()
})

const desk = await device(), manager = await desk.open()
await step('a manager restricts who hears of a family, reads why and until when, keeps it on and lifts it', async () => {
  await enter(manager, 'manager')
  await family('Hughes', manager)
  await manager.getByRole('link', { name: 'Meetings, decisions, who is asked' }).click()
  await press('Restrict who hears of this case', manager)
  await manager.getByLabel('Why?').fill('Same.')
  await day('', new Date(Date.now() + 30 * 86_400_000), manager)
  await press('Save', manager)
  await manager.getByRole('link', { name: /whole sentence|20 characters|Why\?/ }).first().waitFor()
  await manager.getByLabel('Why?').fill('A cousin of the mother works at the council.')
  await looked('restricting a family', manager, desk.said)
  await press('Save', manager)
  await heading('Recorded', manager)
  await manager.getByRole('link', { name: 'Continue' }).click()
  await manager.getByRole('heading', { name: 'Who hears of this family' }).waitFor()
  await says('A cousin of the mother works at the council.', manager)
  await looked('a restriction', manager, desk.said)
  await press('Keep the restriction on', manager)
  await manager.getByLabel('Why?').fill('The cousin still works there, on the same floor.')
  await day('', new Date(Date.now() + 90 * 86_400_000), manager)
  await press('Save', manager)
  await heading('Recorded', manager)
  await manager.getByRole('link', { name: 'Continue' }).click()
  await says('The cousin still works there, on the same floor.', manager)
  await family('Hughes', manager)
  await says('Somebody looks at it again on', manager)
  await looked('a restricted family', manager, desk.said)
  await manager.getByRole('link', { name: 'Why, and until when' }).click()
  await press('Lift the restriction', manager)
  await manager.getByLabel('Why?').fill('The cousin has left the council for good.')
  await press('Lift the restriction', manager)
  await heading('Recorded', manager)
  await manager.getByRole('link', { name: 'Continue' }).click()
  await manager.getByText('Restriction lifted').waitFor()
  await manager.getByRole('heading', { name: 'Who hears of this family' }).waitFor({ state: 'detached' })
})

await step('another version of a pathway is proposed, and a manager decides', async () => {
  await ask('version')
  await page.reload()
  await unlock(page)
  await family('Okafor-Reid', page)
  await page.getByRole('link', { name: 'Meetings, decisions, who is asked' }).click()
  await page.getByRole('heading', { name: /There is another version of/ }).waitFor()
  await looked('another version')
  await press('Move to another version of the pathway', page)
  await page.getByRole('radio', { name: /, version \d/ }).first().check()
  await page.getByLabel('Why would it serve this family better?').fill('It tells the duty manager first.')
  await looked('proposing another version')
  await press('Propose the move', page)
  await heading('Recorded', page)
  await page.getByRole('link', { name: 'Continue' }).click()
  await says('A move is proposed already and waits for a manager.', page)
  await tab('Today', manager)
  await manager.getByRole('link', { name: /Okafor-Reid: Another version of the pathway/ }).click()
  await heading(/^Move Okafor-Reid to another version/, manager)
  await looked('a move to decide', manager, desk.said)
  await press('Approve the move', manager)
  await heading('Recorded', manager)
  same((await ask('moved')).moved, true, 'the pathway is on the other version')
})

await step('whoever raised a danger names somebody who can be rung before it is over', async () => {
  await manager.getByRole('link', { name: 'Continue' }).click()
  await tab('Danger now', manager)
  await press('I have rung. Write it down', manager)
  await manager.locator('#whose').fill('Okafor')
  await manager.getByRole('button', { name: /Okafor-Reid/ }).click()
  await manager.locator('#words').fill('A fire in the kitchen.')
  await manager.locator('form').getByRole('button').last().click()
  await manager.getByText('Everything sent').waitFor()
  await manager.getByText('The danger is over: write down what was done').click()
  await manager.getByLabel('Yes, I know that they are safe now').check()
  await manager.getByLabel('What was done?').fill('The children are with their aunt tonight.')
  await manager.getByLabel('Who was spoken to?').fill('Hana')
  await press('Save: the danger is over', manager)
  await manager.getByRole('link', { name: 'Name who was spoken to, first and last name' }).waitFor()
  await manager.getByLabel('Who was spoken to?').fill('Sorrel Ashby')
  await press('Save: the danger is over', manager)
  await manager.getByRole('link', { name: 'Enter their telephone number or their agency' }).waitFor()
  await looked('a danger of ones own', manager, desk.said)
  await manager.getByLabel('Their telephone number, or their agency').fill('01632 960 155')
  await press('Save: the danger is over', manager)
  await says('Everything sent', manager)
  const over = (await (await another('manager')).pull()).filter((c) => c.collection === 'pathway_events' && c.record?.kind === 'immediate_risk.resolved').at(-1)?.record
  same(over?.data.spoken_to, 'Sorrel Ashby, 01632 960 155', 'who was spoken to, at the server')
})

// What no other walk looks at; and every kind of page in Welsh, whose words are longest, on a
// desk's screen enlarged four times.
await step('briefings and guides are read while signed in', async () => {
  await page.goto(told.at + '/#/more')
  await page.getByRole('link', { name: 'Briefings and guides' }).click()
  await looked('guides')
  await page.getByRole('link', { name: 'Seven minutes on neglect' }).click()
  await looked('a guide')
})

await step('in Welsh, enlarged four times, every kind of page can be read', async () => {
  await manager.goto(told.at + '/#/account')
  await manager.getByLabel('Cymraeg').check()
  await heading('Cyfrif', manager)
  const problems = [], links = async (on) => (await on.locator('main a[href^="#/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href'))))
  const at = ['today', 'families', 'record', 'danger', 'more', 'phone', 'account', 'alerts', 'champion', 'directory', 'stuck', 'guides'].map((p) => '#/' + p), seen = new Set()
  // One of each kind of page, found by the links that lead to it.
  while (at.length > 0) {
    const next = at.shift(), kind = next.split('/')[1]
    if (seen.has(kind)) continue
    seen.add(kind)
    await manager.goto(told.at + '/' + next)
    await manager.locator('main h1').first().waitFor()
    for (const fold of await manager.locator('main details:not([open]) > summary').all()) await fold.click().catch(() => undefined)
    problems.push(...(await squeezed(manager, 'welsh ' + kind)).map((p) => `${kind}: ${p}`))
    at.push(...(await links(manager)).filter((href) => !seen.has(href.split('/')[1])))
  }
  for (const kind of ['family', 'work', 'household', 'letters', 'capture']) if (!seen.has(kind)) problems.push(`no page led to ${kind}`)
  found('looked at in Welsh: ' + [...seen].join(', '), [...problems, ...desk.said.splice(0)])
})

found('the console', [...phone.said, ...desk.said])
await browser.close()
await close()
