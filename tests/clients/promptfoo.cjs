// What promptfoo gives to a model for each test case of a file: node promptfoo.cjs FOLDER_WITH_NODE_MODULES CASES
// Its library, not its program: that one needs a compiled SQLite.
const promptfoo = require(require.resolve("promptfoo", { paths: [process.argv[2]] }));
const tests = JSON.parse(require("fs").readFileSync(process.argv[3]));
const suite = { prompts: ["{{question}}"], providers: ["echo"], tests, writeLatestResults: false };

promptfoo.evaluate(suite, { cache: false, maxConcurrency: 1, showProgressBar: false }).then(async (done) => {
  const { results } = done.toEvaluateSummary ? await done.toEvaluateSummary() : done;
  console.log(JSON.stringify(results.map((one) => one.response.output)));
  process.exit(0);
});
