// A service and a workflow whose handler makes `count` journaled steps. usage: node restate_service.mjs PORT
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// Node 20 lacks what the SDK calls.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};

const found = createRequire(`${process.cwd()}/`).resolve("@restatedev/restate-sdk");
const restate = await import(pathToFileURL(found));

const sequence = async (context, count) => {
  let sum = 0;
  for (let number = 0; number < count; number++) sum += await context.run("step", () => number);
  return sum;
};

restate.serve({
  services: [
    restate.service({ name: "bench", handlers: { sequence } }),
    restate.workflow({ name: "bench-workflow", handlers: { run: sequence } }),
  ],
  port: Number(process.argv[2]),
});
