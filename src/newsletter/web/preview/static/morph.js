// Make one document like another, and touch only what differs: no flash, and what is scrolled stays where it is.

/** Make `old` like `fresh`, which is of the same kind. */
export function morph(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  morphChildren(old, [...old.childNodes], [...fresh.childNodes]);
}

function morphChildren(parent, old, fresh) {
  const same = (a, b) => a.isEqualNode(b);
  const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName;
  let start = 0;
  while (start < old.length && start < fresh.length && same(old[start], fresh[start])) start += 1;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && same(old.at(-1 - end), fresh.at(-1 - end))) end += 1;
  const before = old.slice(start, old.length - end);
  const after = fresh.slice(start, fresh.length - end);
  if (before.length === after.length && before.every((node, at) => alike(node, after[at]))) {
    before.forEach((node, at) => same(node, after[at]) || morph(node, after[at]));
    return;
  }
  const next = old[old.length - end] ?? null;
  before.forEach((node) => node.remove());
  after.forEach((node) => parent.insertBefore(parent.ownerDocument.adoptNode(node), next));
}
