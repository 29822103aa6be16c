// An issue's Markdown file, read: front matter, and the blocks between ":::" lines with the text between them.
import { load } from 'js-yaml'

const FRONT_MATTER = /^---\n(.*?)\n---\n/s
const OPEN = /^:::+[ \t]*([^\s{]+)[ \t]*(?:\{(?!\{)((?:[^}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\})?[ \t]*(.*)$/
const CLOSE = /^:::+[ \t]*$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const ATTRIBUTE = /([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s}]+))/g

export function readIssue(text) {
  const match = FRONT_MATTER.exec(text)
  if (!match) throw new Error('the issue has no front matter')
  const blocks = splitBlocks(text.slice(match[0].length).split('\n'))
  return { front: load(match[1]), blocks: blocks.filter((block) => block.on !== 'web') }
}

function splitBlocks(lines) {
  const blocks = []
  let block = { kind: 'text', lines: [] }
  let fence = ''
  const finish = (next) => {
    if (block.kind !== 'text' || block.lines.some((line) => line.trim())) {
      blocks.push({ ...block, body: block.lines.join('\n') })
    }
    block = next
  }
  for (const line of lines) {
    const mark = FENCE.exec(line)?.[1]
    if (mark && !fence) fence = mark
    else if (mark && mark.startsWith(fence) && line.trim() === mark) fence = ''
    const open = fence || block.kind !== 'text' ? null : OPEN.exec(line)
    if (open) finish({ ...attributes(open[2] ?? ''), kind: open[1], title: open[3].trim(), lines: [] })
    else if (!fence && CLOSE.test(line)) finish({ kind: 'text', lines: [] })
    else block.lines.push(line)
  }
  finish(null)
  return blocks
}

function attributes(text) {
  const found = {}
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    found[name] = bare ?? (double ?? single).replace(/\\(.)/g, '$1')
  }
  return found
}
