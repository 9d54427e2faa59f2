// Takes three fonts and their licences from the packages that carry them, checks each
// against its SHA-256 and writes it to built/. Other weights stay where they are.
import { createHash } from 'node:crypto'
import { readFile, writeFile, mkdir } from 'node:fs/promises'

const from = new URL('./node_modules/@expo-google-fonts/', import.meta.url)
const to = new URL('./built/', import.meta.url)

const fonts = {
  'NotoNaskhArabic-Regular.ttf': ['noto-naskh-arabic/400Regular/NotoNaskhArabic_400Regular.ttf', '706b4580c025f6c75ec1c06013e17f00a23ec1780091b77a5a5b339469bda94d'],
  'NotoNaskhArabic-Bold.ttf': ['noto-naskh-arabic/700Bold/NotoNaskhArabic_700Bold.ttf', '35418f91100645a36e4d72d75866b61c5da14dc5ebbade64db434d2c9e76234c'],
  'NotoSansSC-Regular.ttf': ['noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf', 'd45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16'],
}

await mkdir(to, { recursive: true })
for (const [name, [path, sha256]] of Object.entries(fonts)) {
  const font = await readFile(new URL(path, from))
  const found = createHash('sha256').update(font).digest('hex')
  if (found !== sha256) throw new Error(`${path} is ${found}, not the font that letters are set in`)
  await writeFile(new URL(name, to), font)
}
for (const name of ['noto-naskh-arabic', 'noto-sans-sc']) {
  await writeFile(new URL(`LICENCE-${name}`, to), await readFile(new URL(`${name}/LICENSE_FONT`, from)))
}
console.log(`fonts/built: ${Object.keys(fonts).join(', ')}`)
