// Builds what browsers get from others' packages: a module for each of libraries/, for the portal, and the widget as one
// module with all it needs, for pages of others.
import { build } from "esbuild";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const common = {
  bundle: true, format: "esm", minify: true, target: "es2022", legalComments: "linked", logLevel: "warning", loader: { ".css": "text" },
};
const libraries = readdirSync("libraries").filter((name) => name.endsWith(".js")).map((name) => `libraries/${name}`);
await build({ ...common, entryPoints: libraries, outdir: "built/libraries" });

// The portal's modules name libraries where browsers find them; here they lie elsewhere.
const own = {
  name: "libraries",
  setup: (/** @type {import("esbuild").PluginBuild} */ building) => {
    building.onResolve({ filter: /^\.\.\/libraries\// }, ({ path }) => ({
      path: fileURLToPath(new URL(path.slice("../".length), import.meta.url)), sideEffects: false,
    }));
  },
};
await build({ ...common, entryPoints: ["widget/widget.js"], legalComments: "eof", outfile: "built/widget.js", plugins: [own] });
