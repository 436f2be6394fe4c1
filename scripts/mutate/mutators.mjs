// What may be changed in a program, as replacements of its text.
import {
  isArrayLiteralExpression,
  isArrowFunction,
  isAwaitExpression,
  isBinaryExpression,
  isBlock,
  isCallExpression,
  isConditionalExpression,
  isDoStatement,
  isExportDeclaration,
  isExpressionStatement,
  isForStatement,
  isIfStatement,
  isImportDeclaration,
  isInterfaceDeclaration,
  isNoSubstitutionTemplateLiteral,
  isPrefixUnaryExpression,
  isPropertyAssignment,
  isReturnStatement,
  isStringLiteral,
  isTemplateExpression,
  isTypeAliasDeclaration,
  isTypeNode,
  isWhileStatement,
  SyntaxKind,
} from 'typescript/unstable/ast';

/** Operators and what stands in for them: the boundary first, then the opposite. */
const OPERATORS = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '+=': ['-='],
  '-=': ['+='],
};

/**
 * All mutants of a file: `{ start, end, replacement, line, column, mutator }`, in the order of the
 * text. Types, imports and the keys of objects are left alone.
 */
export function mutantsOf(sourceFile) {
  const { text } = sourceFile;
  const mutants = [];
  const add = (mutator, node, replacement) => {
    const start = node.getStart(sourceFile);
    if (text.slice(start, node.end) === replacement) return;
    const before = text.slice(0, start).split('\n');
    const place = { line: before.length, column: before.at(-1).length };
    mutants.push({ start, end: node.end, replacement, ...place, mutator });
  };
  const visit = (node, parent) => {
    if (isNoCode(node)) return;
    const textOf = (part) => text.slice(part.getStart(sourceFile), part.end);
    for (const mutate of MUTATORS) mutate(node, { add, textOf, parent });
    node.forEachChild((child) => {
      visit(child, node);
    });
  };
  visit(sourceFile, undefined);
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}

function isNoCode(node) {
  return (
    isImportDeclaration(node) ||
    isExportDeclaration(node) ||
    isInterfaceDeclaration(node) ||
    isTypeAliasDeclaration(node) ||
    isTypeNode(node)
  );
}

const MUTATORS = [conditions, operators, negations, statements, returns, literals, awaits];

function conditions(node, { add, textOf }) {
  const condition = conditionOf(node);
  if (condition === undefined) return;
  add('condition negated', condition, `!(${textOf(condition)})`);
  add('condition false', condition, 'false');
  // A loop without end says nothing that the negated condition does not.
  const isLoop = isWhileStatement(node) || isDoStatement(node) || isForStatement(node);
  if (!isLoop) add('condition true', condition, 'true');
}

function conditionOf(node) {
  if (isIfStatement(node) || isWhileStatement(node) || isDoStatement(node)) return node.expression;
  if (isConditionalExpression(node) || isForStatement(node)) return node.condition;
  return undefined;
}

function operators(node, { add, textOf }) {
  if (!isBinaryExpression(node)) return;
  const { operatorToken } = node;
  for (const other of OPERATORS[textOf(operatorToken)] ?? []) add('operator', operatorToken, other);
}

function negations(node, { add, textOf }) {
  if (!isPrefixUnaryExpression(node)) return;
  const { operator, operand } = node;
  const isSign = operator === SyntaxKind.ExclamationToken || operator === SyntaxKind.MinusToken;
  if (isSign) add('sign removed', node, textOf(operand));
}

/** Calls and assignments whose value nobody uses. */
function statements(node, { add }) {
  if (!isExpressionStatement(node)) return;
  const expression = isAwaitExpression(node.expression)
    ? node.expression.expression
    : node.expression;
  const isSuper =
    isCallExpression(expression) && expression.expression.kind === SyntaxKind.SuperKeyword;
  if (!isSuper) add('statement removed', node, ';');
}

function returns(node, { add, textOf }) {
  const value = isReturnStatement(node)
    ? node.expression
    : isArrowFunction(node) && !isBlock(node.body)
      ? node.body
      : undefined;
  if (value === undefined) return;
  const opposite = { true: 'false', false: 'true' }[textOf(value)];
  add('value returned', value, opposite ?? 'undefined');
}

function literals(node, { add, parent }) {
  const isText = isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node);
  const isKey = parent !== undefined && isPropertyAssignment(parent) && parent.name === node;
  if (isText && !isKey && node.text !== '') add('text emptied', node, "''");
  if (isTemplateExpression(node)) add('text emptied', node, "''");
  if (isArrayLiteralExpression(node) && node.elements.length > 0) add('list emptied', node, '[]');
}

function awaits(node, { add, textOf }) {
  if (isAwaitExpression(node)) add('await removed', node, textOf(node.expression));
}
