// Takes from GOV.UK Frontend's own distribution what the pages need and writes it
// to built/. The crown, the royal arms, the crest and the GDS Transport font are
// for services on GOV.UK alone: they are cut out, and the build fails when one is
// left.
import { readFile, writeFile, mkdir } from 'node:fs/promises'

const from = new URL('./node_modules/govuk-frontend/dist/govuk/', import.meta.url)
const to = new URL('./built/', import.meta.url)

const version = JSON.parse(await readFile(new URL('../../package.json', from), 'utf8')).version
const notice = `/* GOV.UK Frontend ${version}, MIT licence, Copyright (c) Crown Copyright (Government Digital Service); changed by build.mjs */\n`

const css = (await readFile(new URL('govuk-frontend.min.css', from), 'utf8'))
  .replace(/@font-face\{[^}]*\}/g, '')
  .replace(/[^{}]*\{[^{}]*(?:govuk-crest|govuk-crown|royal-arms)[^{}]*\}/g, '')
  .replace(/GDS Transport,\s*arial,\s*sans-serif/gi, 'Arial,"Liberation Sans","Helvetica Neue",sans-serif')
  .replace(/\/\*#.*?\*\//gs, '')

const module = (await readFile(new URL('govuk-frontend.min.js', from), 'utf8')).replace(/\/\/# sourceMappingURL=.*/g, '')
const start = `
;document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const part of [Button, CharacterCount, ErrorSummary, NotificationBanner, ServiceNavigation, SkipLink]) createAll(part)
`

for (const left of ['GDS Transport', '@font-face', 'url(/assets', 'govuk-crest', 'govuk-crown', 'royal-arms', '</style', 'url(http']) {
  if (css.toLowerCase().includes(left.toLowerCase())) throw new Error(`built CSS still holds ${left}`)
}
if (!/export\s*\{[^}]*createAll/.test(module)) throw new Error('the module no longer exports createAll')

await mkdir(to, { recursive: true })
await writeFile(new URL('govuk.css', to), notice + css)
await writeFile(new URL('govuk.mjs', to), notice + module + start)
console.log(`built/govuk.css ${css.length}, built/govuk.mjs ${module.length} characters, from govuk-frontend ${version}`)
