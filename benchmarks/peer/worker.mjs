// The Node side of the measurement: a process that makes a mail when it is asked to, one JSON document per line.
//
//   {"do": "frame", "frame": {…}}       what the mail looks like; kept
//   {"do": "render", "text": "…"}       → {"seconds": …, "cpu_s": …, "stages": {…}, "html": "…"}
//   {"do": "source", "text": "…"}       → {"mjml": "…"}: the document that mjml gets
import { createInterface } from 'node:readline'

import { mailMaker } from './mail.mjs'

let maker

// Returns what each stage took, by the moments at which `mark` is called.
function stopwatch() {
  const stages = {}
  let last = performance.now()
  const mark = (stage) => {
    const now = performance.now()
    stages[stage] = (now - last) / 1000
    last = now
  }
  return { stages, mark }
}

async function render(text) {
  const { stages, mark } = stopwatch()
  const [start, busy] = [performance.now(), process.cpuUsage()]
  const html = await maker.render(text, mark)
  const [seconds, { user, system }] = [(performance.now() - start) / 1000, process.cpuUsage(busy)]
  return { seconds, cpu_s: (user + system) / 1e6, stages, html }
}

async function answer(request) {
  if (request.do === 'frame') {
    maker = mailMaker(request.frame)
    return {}
  }
  return request.do === 'render' ? render(request.text) : { mjml: maker.source(request.text, () => {}) }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
