// How the site's search ranks pages: as Sphinx does, but references, which name everything, and
// what is for developers come later.
var Scorer = {
  later: { contributing: 0.5, architecture: 0.5, commands: 0.25, guarantees: 0.25 },
  score: ([page, , , , score]) => score * (Scorer.later[page] ?? 1),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
