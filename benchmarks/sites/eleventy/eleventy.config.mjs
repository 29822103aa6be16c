import { feedPlugin } from "@11ty/eleventy-plugin-rss";
export default function (c) {
  c.addPlugin(feedPlugin, { type: "rss", outputPath: "/feed.xml", collection: { name: "issue", limit: 20 }, metadata: { language: "en", title: "Haskell Weekly", subtitle: "A weekly summary", base: "https://haskellweekly.example/", author: { name: "Haskell Weekly" } } });
  c.addCollection("newest", api => api.getFilteredByTag("issue").reverse());
  return { dir: { input: "content", includes: "../_includes", output: "_site" } };
}
