/** Closes a run with one plain line, `N passed, N failed, N skipped`, for people and for CI. */
export default class Tally {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = 0;
    for (const module of modules) {
      // A hook that fails leaves its tests unrun, which must not look like a run without failures.
      if (module.errors().length > 0) broken += 1;
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) broken += 1;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    const skipped = count.skipped + count.pending;
    process.on('exit', () => {
      console.log(`\n${count.passed} passed, ${count.failed + broken} failed, ${skipped} skipped`);
    });
  }
}
