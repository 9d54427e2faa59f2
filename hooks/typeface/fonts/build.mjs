// Takes fonts and their licences from the packages that carry them, checks each
// against its SHA-256 and writes it to built/. Other weights stay where they are.
import { createHash } from 'node:crypto'
import { readFile, writeFile, mkdir } from 'node:fs/promises'

const from = new URL('./node_modules/@expo-google-fonts/', import.meta.url)
const to = new URL('./built/', import.meta.url)

const fonts = {
  'NotoNaskhArabic-Regular.ttf': ['noto-naskh-arabic/400Regular/NotoNaskhArabic_400Regular.ttf', '706b4580c025f6c75ec1c06013e17f00a23ec1780091b77a5a5b339469bda94d'],
  'NotoNaskhArabic-Bold.ttf': ['noto-naskh-arabic/700Bold/NotoNaskhArabic_700Bold.ttf', '35418f91100645a36e4d72d75866b61c5da14dc5ebbade64db434d2c9e76234c'],
  'NotoSansSC-Regular.ttf': ['noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf', 'd45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16'],
  'NotoSansThai-Regular.ttf': ['noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf', '9acb585d8662ca4ed1b1cf5889dfa1393f8555103b3986e1ea1e3af4faef70bd'],
  'NotoSansThai-Bold.ttf': ['noto-sans-thai/700Bold/NotoSansThai_700Bold.ttf', '0be544f347b3ab6382bdc2b555a783727a4858a3dc140670406924670967d916'],
  'NotoSansDevanagari-Regular.ttf': ['noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular.ttf', '084a94d89eb54aafb93a056e15425c34fd859f6342875165d304837b3bcfc2d2'],
  'NotoSansDevanagari-Bold.ttf': ['noto-sans-devanagari/700Bold/NotoSansDevanagari_700Bold.ttf', '67f1ec9e2ac30b261090e32953b2df0adf6c942ab26ac47efb490fa7315bddab'],
  'NotoSansBengali-Regular.ttf': ['noto-sans-bengali/400Regular/NotoSansBengali_400Regular.ttf', '6826d9667972f0f96e48c46f7a24e70afe97205032e6295cfb1f13fbbb8b90a3'],
  'NotoSansBengali-Bold.ttf': ['noto-sans-bengali/700Bold/NotoSansBengali_700Bold.ttf', '3a44a4cf2c4f79c3ead8f52dffd5b3a66f0b2483792d66bad81e1a51e888bfd6'],
  'NotoSansGurmukhi-Regular.ttf': ['noto-sans-gurmukhi/400Regular/NotoSansGurmukhi_400Regular.ttf', '2b0fbe8d4cc2a18aa08c6f21d3924423c113fb7ec6d786a77c30cf1d3153c4c7'],
  'NotoSansGurmukhi-Bold.ttf': ['noto-sans-gurmukhi/700Bold/NotoSansGurmukhi_700Bold.ttf', '49b4d13ee80c9ba8ae008948b43dc53f200f619d8bc206cacaddb6b781c49625'],
  'NotoSansGujarati-Regular.ttf': ['noto-sans-gujarati/400Regular/NotoSansGujarati_400Regular.ttf', '7cc0f340be8ef8b63f92181fd5576a4b19631059fd6576c6fd5fcd40f1543610'],
  'NotoSansGujarati-Bold.ttf': ['noto-sans-gujarati/700Bold/NotoSansGujarati_700Bold.ttf', 'd5aee2fbe1dec84e8e54ec72dfda1d138f1401ddf18f06bbd11ea8b64f8b45b2'],
  'NotoSansTamil-Regular.ttf': ['noto-sans-tamil/400Regular/NotoSansTamil_400Regular.ttf', 'f26d8b66bf6f38dd9af6326a52188fa1a8a0b9b2905c4bd7e07c865f65a85d79'],
  'NotoSansTamil-Bold.ttf': ['noto-sans-tamil/700Bold/NotoSansTamil_700Bold.ttf', 'c4abfe6f1291568247afb568fe6a666584f9bf7c91f7e163fd628abb368af316'],
  'NotoSansEthiopic-Regular.ttf': ['noto-sans-ethiopic/400Regular/NotoSansEthiopic_400Regular.ttf', '321ff186e0f066a46257c3008e8a22070720350a9d17f8a32d0d3da53f52e7a2'],
  'NanumGothic-Regular.ttf': ['nanum-gothic/400Regular/NanumGothic_400Regular.ttf', 'cf050025dcce823de644153981ff8b171d5b78d7d0ddd6e3c9f39e814fad3564'],
}

await mkdir(to, { recursive: true })
for (const [name, [path, sha256]] of Object.entries(fonts)) {
  const font = await readFile(new URL(path, from))
  const found = createHash('sha256').update(font).digest('hex')
  if (found !== sha256) throw new Error(`${path} is ${found}, not the font that letters are set in`)
  await writeFile(new URL(name, to), font)
}
for (const name of new Set(Object.values(fonts).map(([path]) => path.split('/')[0]))) {
  await writeFile(new URL(`LICENCE-${name}`, to), await readFile(new URL(`${name}/LICENSE_FONT`, from)))
}
console.log(`fonts/built: ${Object.keys(fonts).join(', ')}`)
