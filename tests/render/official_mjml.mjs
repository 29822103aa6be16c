// MJML's own program, asked by the tests: one JSON document per line, answered by one.
//
//   node official_mjml.mjs PEER       PEER: the absolute path of the folder with node_modules
//   {"mjml": "…"}                     → {"html": "…", "errors": ["…"]}
//   {}                                → what MJML allows, in the form of mjml_components.json
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const load = createRequire(`${process.argv[2]}/`)
const mjml2html = load('mjml')
const { components, dependencies } = load('mjml-preset-core')

async function compiled(source) {
  const options = { validationLevel: 'soft', keepComments: false, minify: false, beautify: false, fonts: {} }
  const { html, errors } = await mjml2html(source, options)
  return { html, errors: errors.map((error) => error.formattedMessage) }
}

function allowed() {
  const element = (one) => ({
    children: (dependencies[one.componentName] ?? []).filter((child) => typeof child === 'string').sort(),
    content: Boolean(one.isEndingTag ? one.isEndingTag() : one.endingTag),
    attributes: one.allowedAttributes ?? {},
  })
  return {
    version: load('mjml/package.json').version,
    colours: load('mjml-core/lib/types/helpers/colors'),
    elements: Object.fromEntries(components.map((one) => [one.componentName, element(one)])),
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  process.stdout.write(`${JSON.stringify(request.mjml === undefined ? allowed() : await compiled(request.mjml))}\n`)
}
