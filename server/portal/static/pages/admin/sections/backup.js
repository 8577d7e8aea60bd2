import { CodeBlock } from "../../../components/code_block.js";
import { words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";
import { LastBackups } from "./backup/last_backups.js";
import { TakeBackup } from "./backup/take_backup.js";

const say = words(
  {
    what: "A backup is one archive of everything Lectern keeps: documents, index, database, users and rights. Lectern goes on while it is taken; writing waits for a moment. Everything in it stays sealed with the master key.",
    beyond: "With PostgreSQL or a Milvus server, their data is backed up by their own means; it is not in this archive.",
    schedule: "By a schedule", scheduled: "Better than by hand: the command, in a timer of the machine. For large installations, too: a browser keeps the whole archive until it is saved.",
    cron: "crontab: every night at two", restore: "Restore", restored: "By a command, into a folder that is empty or absent. A damaged archive, or the wrong key, is refused before anything is written. Try it from time to time, on another port.",
    command: "Command",
  },
  {
    what: "备份是一个归档文件，包含 Lectern 保存的全部内容：文档、索引、数据库、用户与权限。备份期间 Lectern 照常运行，写入会短暂等待。其中的内容仍由主密钥加密封存。",
    beyond: "若使用 PostgreSQL 或 Milvus 服务，其数据需用它们自己的方式备份，不在此归档中。",
    schedule: "定时备份", scheduled: "比手动更可靠：把命令放入系统的定时任务。大型部署也应如此，因为浏览器在保存前要暂存整个归档。",
    cron: "crontab：每天凌晨两点", restore: "恢复", restored: "通过命令恢复到空的或不存在的文件夹。归档损坏或密钥不符时，会在写入之前被拒绝。建议不时在另一个端口上试恢复。",
    command: "命令",
  },
);
const CRON = "0 2 * * *  lectern backup /mnt/backup/lectern-$(date +\\%F).tar";
const RESTORE = "LECTERN_DATA=/srv/lectern lectern restore lectern-2026-11-23.tar --key master.key";

/** Backups: what is in one, taking one, having it done by a schedule, and the way back. */
export default function Backup() {
  return html`<div class="stack machine">
    <p>${say("what")}</p>
    <${TakeBackup} />
    <${LastBackups} />
    <section class="stack"><h2>${say("schedule")}</h2><p>${say("scheduled")}</p><${CodeBlock} language=${say("cron")} text=${CRON} /></section>
    <section class="stack"><h2>${say("restore")}</h2><p>${say("restored")}</p><${CodeBlock} language=${say("command")} text=${RESTORE} /></section>
    <p class="soft small">${say("beyond")}</p>
  </div>`;
}
