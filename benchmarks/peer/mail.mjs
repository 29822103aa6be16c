// A mail from an issue's Markdown: markdown-it, the words into the MJML of the same templates, mjml, juice.
import footnote from 'markdown-it-footnote'
import juice from 'juice'
import MarkdownIt from 'markdown-it'
import mjml2html from 'mjml'

import { readIssue } from './issue.mjs'

// The least that juice can do: only the rules for what Markdown makes. MJML's own style sheets, with their media
// queries, stay as they are.
const JUICE = {
  applyStyleTags: false,
  removeStyleTags: false,
  insertPreservedExtraCss: false,
  preserveImportant: true,
  resolveCSSVariables: false,
  applyAttributesTableElements: false,
  applyHeightAttributes: false,
  applyWidthAttributes: false,
}
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }

// `frame` holds the MJML document with a placeholder for each of the editor's words, what each placeholder stands
// for, and the CSS for what Markdown makes.
export function mailMaker(frame) {
  const markdown = markdownParser(frame.quotes, frame.pictures)
  const titles = new MarkdownIt('zero', { typographer: true, quotes: frame.quotes })
  titles.enable(['replacements', 'smartquotes'])

  function words(slot, issue, bodies) {
    if ('words' in slot) return escape(slot.words)
    if ('front' in slot) return escape(String(issue.front[slot.front]))
    const written = issue.blocks[slot.block][slot.key]
    if (slot.key === 'body') return bodies[slot.block]
    if (slot.key === 'title') return titles.renderInline(written)
    return escape(written)
  }

  function source(text, clock) {
    const issue = readIssue(text)
    const kinds = issue.blocks.map((block) => block.kind).join()
    if (kinds !== frame.kinds.join()) throw new Error(`the issue has the blocks ${kinds}`)
    clock('read')
    const bodies = issue.blocks.map((block, number) => body(markdown, block.body, number))
    clock('Markdown')
    const mjml = frame.document.replace(/zq7w(\d+)z/g, (_, number) => words(frame.slots[number], issue, bodies))
    clock('words')
    return mjml
  }

  async function render(text, clock) {
    const mjml = source(text, clock)
    const { html } = await mjml2html(mjml, { validationLevel: 'skip', minify: false, beautify: false })
    clock('MJML')
    const inlined = juice.inlineContent(html, frame.css, JUICE)
    clock('juice')
    return inlined
  }

  return { source, render }
}

function markdownParser(quotes, pictures) {
  const parser = new MarkdownIt('commonmark', { html: false, typographer: true, quotes })
  parser.enable(['table', 'strikethrough', 'replacements', 'smartquotes']).use(footnote)
  const image = parser.renderer.rules.image
  parser.renderer.rules.image = (tokens, index, ...rest) => {
    for (const [name, value] of Object.entries(pictures[tokens[index].attrGet('src')] ?? {})) {
      tokens[index].attrSet(name, String(value))
    }
    return image(tokens, index, ...rest)
  }
  return parser
}

function body(markdown, source, number) {
  return source.trim() ? `<div class="prose">${markdown.render(source, { docId: `b${number + 1}` })}</div>` : ''
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character])
}
