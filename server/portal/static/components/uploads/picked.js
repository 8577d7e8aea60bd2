// The files that people drop or choose, with their places in folders.

/** @typedef {{file: File, path: string}} Picked `path`: within the folder that was dropped or chosen; empty for a file by itself */

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    // A reader gives some at a time.
    const some = await new Promise((/** @type {(entries: FileSystemEntry[]) => void} */ done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return found;
    found.push(...some);
  }
}

/** @param {FileSystemEntry} entry @param {boolean} inFolder @returns {Promise<Picked[]>} */
async function within(entry, inFolder) {
  if (entry.isFile) {
    const file = await new Promise((/** @type {(file: File) => void} */ done, fail) => /** @type {FileSystemFileEntry} */ (entry).file(done, fail));
    return [{ file, path: inFolder ? entry.fullPath.replace(/^\//, "") : "" }];
  }
  const found = [];
  for (const one of await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry))) found.push(...(await within(one, true)));
  return found;
}

/** What was dropped, with all that is in dropped folders. @param {DataTransfer} transfer @returns {Promise<Picked[]>} */
export async function dropped(transfer) {
  // Before the first wait: after it the browser has taken the drop away.
  const items = [...transfer.items].filter((item) => item.kind === "file").map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = [];
  for (const { entry, file } of items) {
    if (entry) found.push(...(await within(entry, false)));
    else if (file) found.push({ file, path: "" });
  }
  return found;
}

/** What was chosen. @param {FileList} files @returns {Picked[]} */
export function chosen(files) {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath }));
}
