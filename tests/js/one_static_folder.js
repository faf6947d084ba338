/**
 * In the browser /static/ is the static folders of the three apps laid over each other. Import this first, and then what imports
 * from another app by `await import(...)`.
 */

import { register } from "node:module";

const HOOK = `
  const FOLDERS = ["marketplace", "calls", "payouts"];
  export async function resolve(specifier, context, next) {
    try {
      return await next(specifier, context);
    } catch (problem) {
      const { pathname } = new URL(specifier, context.parentURL);
      for (const app of FOLDERS) {
        const elsewhere = new URL("file://" + pathname.replace(/\\/\\w+\\/static\\//, "/" + app + "/static/"));
        const found = await next(elsewhere.href, context).catch(() => null);
        if (found) return found;
      }
      throw problem;
    }
  }
`;

register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
