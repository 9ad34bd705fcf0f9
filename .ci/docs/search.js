// The site's own search, without a browser: node search.js SITE <questions.json
// Prints for each question the pages that are found, best first.
'use strict';

const fs = require('fs');
const vm = require('vm');

const site = process.argv[2];
const page = {
  document: { getElementById: () => null },  // nothing is shown
  location: { search: '' }, _ready: () => {}, console, URLSearchParams,
};
page.window = page;
vm.createContext(page);
for (const name of ['base-stemmer', 'english-stemmer', 'language_data', 'searchtools']) {
  const file = `${site}/_static/${name}.js`;
  vm.runInContext(fs.readFileSync(file, 'utf8'), page, { filename: file });
}
vm.runInContext('var SPHINX_HIGHLIGHT_ENABLED = false; this.site = Search;', page);
vm.runInContext(fs.readFileSync(`${site}/searchindex.js`, 'utf8'), page);

const questions = JSON.parse(fs.readFileSync(0, 'utf8'));
const found = questions.map((question) => {
  const results = page.site._performSearch(...page.site._parseQuery(question));
  return results.reverse().map((one) => one[0]);  // the search shows the last one first
});
console.log(JSON.stringify(found));
