// Writes the licences of what is bundled for browsers beside it: whoever passes the files on passes these on, too.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const bundled = Object.keys(packages).filter((path) => path && !packages[path].dev && !path.includes("esbuild"));
const texts = bundled.map((path) => {
  const named = readdirSync(path).filter((name) => /^(licen[cs]e|notice)[^/]*$/i.test(name) && statSync(`${path}/${name}`).isFile()).sort();
  const texts = named.map((name) => readFileSync(`${path}/${name}`, "utf8").trim());
  return `${path.replace(/^.*node_modules\//, "")} ${packages[path].version} (${packages[path].license})\n\n${texts.join("\n\n")}`;
});
writeFileSync("built/LICENCES.txt", `${texts.join(`\n\n${"=".repeat(80)}\n\n`)}\n`);
