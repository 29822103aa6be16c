// An MJML document on standard input; on standard output {"html": …, "errors": ["mj-text, line 3: …"]} as JSON.
import { text } from 'node:stream/consumers'
import mjml2html from 'mjml'

const document = await text(process.stdin)
// The default, "strict", gives no HTML for a document with errors; "soft" gives both.
const { html, errors } = await mjml2html(document, { validationLevel: 'soft', keepComments: false, fonts: {} })
const told = errors.map(({ tagName, line, message }) => `${tagName}, line ${line}: ${message}`)
process.stdout.write(JSON.stringify({ html, errors: told }))
